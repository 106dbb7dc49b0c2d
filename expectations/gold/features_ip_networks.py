"""gold.features_ip_networks: features are what their set declares."""

from __future__ import annotations

from expectations import features
from pipelines.features.payments import PAYMENTS
from pipelines.features.plan import serving
from pipelines.gold.features_ip_networks import ENTITIES

CHECKS = tuple(
    features.checks(PAYMENTS, (f for entity in ENTITIES for f in serving(PAYMENTS, entity).features))
)
