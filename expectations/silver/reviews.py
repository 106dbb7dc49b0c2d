"""silver.reviews: each is about a payment, and says how it ended."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("review_id", "prv"),
    always(
        "payment_told",
        "charge_id is not null or payment_intent_id is not null",
        "Every review says which payment it is about.",
        "warning",
    ),
    always(
        "end_explained",
        "is_open or closed_reason is not null",
        "A review that is closed says how it ended.",
        "warning",
    ),
    always(
        "open_has_no_end",
        "is_open = false or closed_reason is null",
        "A review that is open has not ended.",
        "warning",
    ),
    always(
        "latitude_in_range",
        "ip_latitude between -90 and 90",
        "Latitudes are from -90 to 90 degrees.",
        "warning",
    ),
    always(
        "longitude_in_range",
        "ip_longitude between -180 and 180",
        "Longitudes are from -180 to 180 degrees.",
        "warning",
    ),
    country("ip_country"),
)
