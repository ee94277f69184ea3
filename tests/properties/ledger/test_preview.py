"""A preview says what revoking would do: the same as recording the revocations and asking."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.account import Account, decide, evolve, open_account
from services.ledger.domain.commands import RecordEntry, RegradeEntry, ReverseEntry
from services.ledger.domain.facts import Reversal
from services.ledger.domain.preview import preview
from services.ledger.domain.standing import standing_at
from shared.kit.decider import Refusal
from tests.support.ladders import COUNTERFEIT_BOOK
from tests.support.ledger_histories import BEGIN, COUNTERFEIT, DAY, ORDINARY, SEVERE, Step, commands, steps


def account_of(told: list[Step]) -> tuple[Account, list[str]]:
    """Return an account, and the names of all entries that it ever had."""
    account, named = open_account("s"), list[str]()
    for command in commands(told, COUNTERFEIT_BOOK):
        decided = decide(account, command, COUNTERFEIT_BOOK)
        assert not isinstance(decided, Refusal)
        for event in decided:
            account = evolve(account, event)
        if isinstance(command, RecordEntry | RegradeEntry):
            named.append(command.entry.id)
    return account, named


@settings(max_examples=100, deadline=None)
@given(steps(ORDINARY, SEVERE, COUNTERFEIT, most=12), st.data())
def test_a_preview_is_what_revoking_does(told: list[Step], data: st.DataObject) -> None:
    """Standing before and after, and which entries count; the account itself is as before."""
    account, named = account_of(told)
    entries = data.draw(st.lists(st.sampled_from([*named, "none"]), max_size=5))
    at = BEGIN + data.draw(st.integers(0, 90)) * DAY + len(told) * 200 * DAY
    found = preview(account, COUNTERFEIT_BOOK, at, entries)
    facts, refused = account.facts, dict[str, str]()
    for number, entry in enumerate(dict.fromkeys(entries), 1000):
        after = replace(account, facts=facts)
        decided = decide(after, ReverseEntry(Reversal("r", number, entry, "revoked", at)), COUNTERFEIT_BOOK)
        if isinstance(decided, Refusal):
            refused[entry] = {"entry_unknown": "unknown", "entry_already_reversed": "reversed"}[decided.code]
        else:
            facts = (*facts, Reversal("r", number, entry, "revoked", at))
    assert [(one.entry, one.why_not) for one in found.entries] == [(one, refused.get(one)) for one in entries]
    assert found.before == standing_at("s", account.facts, COUNTERFEIT_BOOK, as_of=at)
    after_all = standing_at("s", facts, COUNTERFEIT_BOOK, as_of=at)
    assert found.after == replace(after_all, last_entry_position=found.before.last_entry_position)
    gone = {change.entry for change in found.sanctions if change.change == "vacated"}
    assert gone >= {one.entry for one in found.entries if one.why_not is None} & {
        row.entry for row in found.before.sanctions if row.state != "vacated"
    }
    assert preview(account, COUNTERFEIT_BOOK, at, entries) == found
