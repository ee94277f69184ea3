"""A case in which everybody says something personal, told to the application: decided, appealed against, upheld."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.cases.domain import commands as c
from services.cases.domain.commands import CaseCommand, FileComplaint
from services.cases.domain.events import Party, Trade
from services.cases.receipts import RequestKey
from services.cases.request import Pen
from services.cases.submissions import Offered, Submissions
from shared.kit.ids import uuid7
from tests.support.cases_story import OFFICER, file
from tests.support.cases_writer import Writer
from tests.support.personal import PDF, WORDS

REVIEWER: Final = "reviewer-1"
FILES: Final = (PDF, PDF + bytes(range(256)) * 1500, b"%PDF-1.7\n" + WORDS["statement"].encode() * 3000)


@dataclass
class Teller:
    """Tells the application what the people of one case do, each step an hour after the last."""

    one: Writer
    case: str = ""

    @property
    def now(self) -> datetime:
        """The time."""
        return self.one.clock.now

    def files(self, trade: str = "trade-1") -> "Teller":
        """The buyer complains: in the same trade, of what every other teller's buyer complains of."""
        request = self.one.request(uuid7())

        def command(pen: Pen) -> FileComplaint:
            return file(
                narrative_digest=pen.write("narrative", WORDS["narrative"]),
                contact_digests=(pen.write("contact", WORDS["contact"]),),
                trade=Trade(trade),
                at=request.at,
            )

        return Teller(self.one, self.one.cases.file(request, command).case_id)

    def does(self, command: Callable[..., CaseCommand], *fields: object) -> "Teller":
        """Somebody does this, the last field being the time."""
        self.one.clock.move(hours=1)
        self.one.carry_out(self.case, lambda _: command(*fields, self.now))
        return self

    def says(self, command: Callable[..., CaseCommand], *fields: object, said: str = "reason") -> "Teller":
        """Somebody does this, its text being the last field before the time."""
        self.one.clock.move(hours=1)
        self.one.carry_out(
            self.case,
            lambda pen: command(
                *fields, pen.write("reason" if said == "reason" else "statement", WORDS[said]), self.now
            ),
        )
        return self

    def sends(self, content: bytes, party: Party = "complainant") -> str:
        """A party announces a file and sends it; return the id of the piece."""
        submissions, piece = Submissions(self.one.cases, self.one.store), uuid7()
        offered = Offered("call_list", "application/pdf", len(content), None)
        submissions.offer(self.one.request(self.case, evidence_id=piece), party, offered)
        request = self.one.request(self.case, evidence_id=piece, key=RequestKey(f"content of {piece}", b""))
        announced = submissions.expect(request, party)
        upload = submissions.begin(announced)
        try:
            upload.write(content)
            submissions.submit(request, announced, upload, upload.complete())
        finally:
            upload.discard()
        return piece

    def numbers(self) -> "Teller":
        """The respondent gives the number of a stored chat record."""
        request = self.one.request(self.case, evidence_id=uuid7())
        offered = Offered("chat_evidence_number", None, 0, WORDS["number"])
        Submissions(self.one.cases, self.one.store).offer(request, "respondent", offered)
        return self

    def heard(self) -> "Teller":
        """Notice, three files, a number, a defence, a verified piece, and an upload that was only announced."""
        self.does(c.NotifyRespondent, None)
        pieces = [self.sends(content) for content in FILES]
        self.numbers().says(c.SubmitDefence, "other", said="statement")
        shows = ("frequent_contact", "number_attributable")
        self.does(c.AssessEvidence, OFFICER, pieces[0], "verified", shows)
        self.one.announce(self.case)
        return self

    def upheld(self) -> "Teller":
        """An ordinary violation, and the parties know of it."""
        self.says(c.UpholdOrdinary, OFFICER, "general", "harassment")
        return self.does(c.NotifyDecision, None)

    def appealed(self) -> "Teller":
        """The respondent appeals, and is asked for more, and gives it."""
        self.says(c.FileAppeal, "respondent", said="statement")
        self.says(c.ReturnAppeal, REVIEWER)
        return self.says(c.ResumeAppeal, "respondent", said="statement")

    def rejected(self) -> "Teller":
        """The reviewer lets the decision stand."""
        self.one.clock.move(hours=1)
        self.one.carry_out(
            self.case,
            lambda pen: c.DecideAppeal(REVIEWER, "reject", None, pen.write("reason", WORDS["reason"]), self.now),
        )
        return self


def told(one: Writer) -> tuple[Teller, Teller]:
    """Return a case that is final, and one of the same matter that was merged into it early."""
    teller = Teller(one).files()
    twin = Teller(one).files().says(c.MergeComplaint, OFFICER, teller.case)
    return teller.heard().upheld().appealed().rejected(), twin
