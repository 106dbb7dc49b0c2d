"""bronze.records: every record is kept, knows its place, and says what it is unless it could not be read."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import FRESH

CHECKS = (
    always(
        "record_kept",
        "payload is not null or payload_bytes is not null",
        "Every record is kept: as text, or as bytes where it is not text.",
    ),
    always("line_from_1", "line >= 1", "Lines are counted from 1."),
    always("item_from_0", "item >= 0", "Places within a line are counted from 0."),
    always(
        "version_told",
        "fault is not null or version_id is not null",
        "A record that could be read says which version of its object it holds.",
    ),
    always(
        "shape_told",
        "fault is not null or shape is not null",
        "A record that could be read says how it is wrapped.",
    ),
    always(
        "object_told",
        "fault is not null or shape in ('row', 'thin') or (object_type is not null and (object_id is not null or "
        "object_type in ('balance', 'cash_balance', 'discount') or (object_type = 'invoice' and (event_type is null or "
        "event_type = 'invoice.upcoming'))))",
        "A record that could be read says which object it is about; of a row, its mapping does. Balances, discounts "
        "of before 2020 and previews of invoices have no id, and a thin event may be about none.",
        severity="warning",
    ),
    always("fault_explained", "length(fault) > 0", "A record that could not be read says why."),
    always(
        "known_after_it_occurred",
        "known_at >= occurred_at",
        "Nothing is known before it happened.",
        "warning",
    ),
    always(
        "no_card_number",
        "masked_count = 0",
        "No record came with a card number; one that does is masked, and its sender should know.",
        "warning",
    ),
    FRESH,
)
