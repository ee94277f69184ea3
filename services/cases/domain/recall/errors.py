"""The refusals of a recall: the function's name is the code, the sentence says what would have to be true."""

from shared.kit.decider import Refusal


def recall_not_found() -> Refusal:
    """Nothing was ever proposed under this id."""
    return Refusal("recall_not_found", "The recall would have to exist.")


def recall_exists() -> Refusal:
    """Something was proposed under this id before."""
    return Refusal("recall_exists", "The recall would have to be new.")


def recall_answered(state: str, answer: str) -> Refusal:
    """The recall was confirmed, declined or taken back; `answer` is that fact."""
    return Refusal(
        "recall_answered", "The recall would have to wait for its answer.", {"state": state, "answer": answer}
    )


def recall_too_large(limit: int) -> Refusal:
    """More than a recall may hold."""
    return Refusal(
        "recall_too_large", f"The criteria would have to select at most {limit} decisions that count.", {"limit": limit}
    )


def nothing_selected() -> Refusal:
    """A recall of nothing is none."""
    return Refusal("nothing_selected", "The criteria would have to select a decision that counts.")


def criteria_missing() -> Refusal:
    """Without a criterion every decision would be meant."""
    return Refusal("criteria_missing", "At least one criterion would have to be given.")
