"""All tables of gold that are reckoned again, each by its oracle."""

from __future__ import annotations

from tests.pipelines.gold.billing_oracle import BILLING
from tests.pipelines.gold.finance_oracle import FINANCE
from tests.pipelines.gold.payments_oracle import PAYMENTS

ORACLES = {name: oracle for oracle in (BILLING, FINANCE, PAYMENTS) for name in oracle.queries}
