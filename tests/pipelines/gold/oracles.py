"""All tables of gold that are reckoned again, each by its oracle."""

from __future__ import annotations

from tests.pipelines.gold.customers_oracle import CUSTOMERS
from tests.pipelines.gold.billing_oracle import BILLING
from tests.pipelines.gold.finance_oracle import FINANCE
from tests.pipelines.gold.identity_oracle import IDENTITY
from tests.pipelines.gold.payments_oracle import PAYMENTS
from tests.pipelines.gold.risk_oracle import RISK

ORACLES = {name: oracle for oracle in (FINANCE, PAYMENTS, RISK) for name in oracle.queries}
ORACLES = {name: oracle for oracle in (CUSTOMERS, FINANCE, IDENTITY, PAYMENTS) for name in oracle.queries}
ORACLES = {name: oracle for oracle in (BILLING, FINANCE, PAYMENTS) for name in oracle.queries}
