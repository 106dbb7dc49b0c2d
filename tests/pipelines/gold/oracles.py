"""All tables of gold that are reckoned again, each by its oracle."""

from __future__ import annotations

from tests.pipelines.gold.billing_oracle import BILLING
from tests.pipelines.gold.customers_oracle import CUSTOMERS
from tests.pipelines.gold.finance_oracle import FINANCE
from tests.pipelines.gold.identity_oracle import IDENTITY
from tests.pipelines.gold.payments_oracle import PAYMENTS
from tests.pipelines.gold.risk_oracle import RISK, RULED

_ALL = (BILLING, CUSTOMERS, FINANCE, IDENTITY, PAYMENTS, RISK, RULED)

ORACLES = {name: oracle for oracle in _ALL for name in oracle.queries}
