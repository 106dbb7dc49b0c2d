"""What a customer may be told of a payment that was not taken, in our words, after Stripe's page on decline codes.

Only codes on the list have words of their own. All others get those for a decline without a reason: of a card that was
called lost, stolen or fraudulent, or of a payment that looked like fraud, whoever asks may be the one who did it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

GENERIC = (
    "The payment was declined, and no reason was given. Please ask the card's bank, or pay in another way."
)
"""What is said where there is no reason, and where it may not be told."""

BLOCKED = "The payment could not be completed. Please pay in another way, or contact us."

_CHECK = "Please check it and try again."
_BANK = "Please ask the bank that issued the card, or use another card."

TOLD: Mapping[str, str] = {
    "approve_with_id": f"The payment could not be approved. Please try again; if it is declined again: {_BANK}",
    "authentication_required": "The bank asks to confirm the payment. Please try again and follow its steps.",
    "card_not_supported": f"The card cannot be used for this kind of purchase. {_BANK}",
    "card_velocity_exceeded": f"A limit of the card is reached. {_BANK}",
    "currency_not_supported": f"The card cannot be used in this currency. {_BANK}",
    "duplicate_transaction": "The same amount was paid with this card a moment before. Please see if it was taken.",
    "expired_card": "The card has expired. Please use another card.",
    "incorrect_address": f"The address does not match that of the card. {_CHECK}",
    "incorrect_cvc": f"The security code of the card is not right. {_CHECK}",
    "incorrect_number": f"The card number is not right. {_CHECK}",
    "incorrect_pin": f"The PIN is not right. {_CHECK}",
    "incorrect_zip": f"The postal code does not match that of the card. {_CHECK}",
    "insufficient_funds": "The card has not enough funds for this payment. Please pay in another way.",
    "invalid_account": f"The card, or the account behind it, is not valid. {_BANK}",
    "invalid_amount": f"The amount is not allowed for this card. {_BANK}",
    "invalid_cvc": f"The security code of the card is not right. {_CHECK}",
    "invalid_expiry_month": f"The month in which the card expires is not right. {_CHECK}",
    "invalid_expiry_year": f"The year in which the card expires is not right. {_CHECK}",
    "invalid_number": f"The card number is not right. {_CHECK}",
    "invalid_pin": f"The PIN is not right. {_CHECK}",
    "issuer_not_available": "The bank that issued the card could not be reached. Please try again.",
    "new_account_information_available": f"The card, or the account behind it, is not valid. {_BANK}",
    "offline_pin_required": "The card asks for its PIN. Please put it in and enter the PIN.",
    "online_or_offline_pin_required": "The card asks for its PIN. Please enter it.",
    "pin_try_exceeded": "The PIN was entered wrongly too often. Please pay in another way.",
    "processing_error": "The payment could not be processed. Please try again a little later.",
    "reenter_transaction": "The payment could not be processed. Please try again.",
    "testmode_decline": "A card for tests was used. Please use a real one.",
    "withdrawal_count_limit_exceeded": "A limit of the card is reached. Please pay in another way.",
}

SUSPICIOUS = frozenset(
    re.findall(
        r"\w+",
        """fraudulent lost_card stolen_card merchant_blacklist pickup_card restricted_card security_violation
        highest_risk_level elevated_risk_level rule suspected_fraud""",
    )
)
"""Reasons that nobody but those who work on fraud should hear; Stripe asks to present them as a generic decline."""

ADVICE: Mapping[str, str] = {
    "try_again_later": "another attempt may succeed later",
    "confirm_card_data": "another attempt may succeed with the card's data corrected",
    "do_not_try_again": "it should not be tried again with this card",
}


def told(code: str | None) -> str:
    """What the customer may be told of a decline."""
    return TOLD.get(code or "", GENERIC)


def explained(code: str | None, advice: str | None) -> str:
    """The reason and the advice for those who work on it."""
    said = f"reason {code}" if code else "no reason was given"
    if code in SUSPICIOUS:
        said += ", which the customer is never told"
    further = ADVICE.get(advice or "")
    return f"{said}; {further}" if further else said
