"""The state of what comes back after a payment, while it is open: refunds and disputes."""

from dataclasses import dataclass, field

from pipelines.simulate.payment import Charge
from pipelines.simulate.reasons import DisputeReason


@dataclass(slots=True, eq=False)
class Refund:
    """A refund; `failure` is why it came back."""

    id: str
    charge: Charge
    amount: int
    reason: str | None
    created: int
    status: str = "succeeded"
    balance_transaction: str | None = None
    failure: str | None = None
    failure_balance_transaction: str | None = None
    has_reference: bool = False


@dataclass(slots=True, eq=False)
class Dispute:
    """`transactions` are the ready-made JSON of its balance transactions; `case` its kind."""

    id: str
    charge: Charge
    amount: int
    reason: DisputeReason
    case: str
    status: str
    created: int
    due_by: int
    has_evidence: bool = False
    transactions: list[bytes] = field(default_factory=list)
