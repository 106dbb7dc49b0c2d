"""The state of one payment while it is open: what is wanted, the intent, and each attempt at it."""

from dataclasses import dataclass, field
from typing import Any

from pipelines.simulate.merchants import Merchant
from pipelines.simulate.people import Customer, Method
from pipelines.simulate.reasons import Decline


@dataclass(slots=True, eq=False)
class Order:
    """What someone sets out to pay. `amount` is in minor units of `currency`. `risk` (0..1) is what a fraud
    screen could see of it; `scenario` is the truth, None for an honest payment."""

    merchant: Merchant
    customer: Customer
    method: Method
    amount: int
    currency: str
    at: int
    ip: str
    risk: float
    scenario: str | None = None
    invoice: str | None = None
    off_session: bool = False
    patience: int = 2
    """How many more attempts the buyer makes after a refusal."""
    livemode: bool = True
    cvc: str | None = "pass"
    postal: str | None = "pass"


@dataclass(slots=True, eq=False)
class Authentication:
    """How 3D Secure ended."""

    result: str
    flow: str | None
    version: str
    indicator: str | None
    transaction: str


@dataclass(slots=True, eq=False)
class Intent:
    """A payment intent as it stands now. `method` is the one tried last."""

    id: str
    order: Order
    method: Method | None
    created: int
    status: str = "requires_payment_method"
    attempts: int = 0
    charge: "Charge | None" = None
    error: dict[str, Any] | None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    received: int = 0
    capturable: int = 0


@dataclass(slots=True, eq=False)
class Charge:
    """One attempt to take an intent's money, as it stands now."""

    id: str
    intent: Intent
    order: Order
    method: Method
    created: int
    risk_score: int
    status: str = "succeeded"
    captured: bool = True
    amount_captured: int = 0
    amount_refunded: int = 0
    disputed: bool = False
    blocked: bool = False
    decline: Decline | None = None
    authentication: Authentication | None = None
    balance_transaction: str | None = None
    review: str | None = None
    manual_review: bool = False
    fraud_details: dict[str, str] = field(default_factory=dict)
    authorization_code: str | None = None
    application_fee: str | None = None
    fee_amount: int | None = None
    exchange_rate: float | None = None

    @property
    def merchant(self) -> Merchant:
        """Whoever is paid."""
        return self.order.merchant

    @property
    def refundable(self) -> int:
        """What was captured and not given back, in minor units."""
        return self.amount_captured - self.amount_refunded

    @property
    def is_card(self) -> bool:
        """Whether the networks know it, and its issuer can dispute it."""
        return self.method.card is not None
