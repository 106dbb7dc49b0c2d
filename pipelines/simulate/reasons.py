"""Why things go wrong: declines, disputes, warnings, failed checks and payouts. Weights are relative."""

from dataclasses import dataclass

from pipelines.simulate.chance import Weights


@dataclass(frozen=True)
class Decline:
    """An issuer's refusal, what Stripe and the network say about it, whether trying again can help."""

    code: str
    failure_code: str
    network_code: str
    advice: str
    network_advice: str | None
    message: str
    retryable: bool = True


_GENERIC = "Your card was declined."
DECLINES: tuple[tuple[Decline, float], ...] = (
    (Decline("insufficient_funds", "card_declined", "51", "try_again_later", None,
        "Your card has insufficient funds."), 0.34),
    (Decline("do_not_honor", "card_declined", "05", "try_again_later", None, _GENERIC), 0.2),
    (Decline("generic_decline", "card_declined", "05", "try_again_later", "02", _GENERIC), 0.12),
    (Decline("transaction_not_allowed", "card_declined", "57", "try_again_later", None,
        "Your card does not support this type of purchase."), 0.07),
    (Decline("incorrect_cvc", "incorrect_cvc", "N7", "confirm_card_data", "01",
        "Your card's security code is incorrect."), 0.07),
    (Decline("expired_card", "expired_card", "54", "confirm_card_data", "01", "Your card has expired."), 0.05),
    (Decline("lost_card", "card_declined", "41", "do_not_try_again", "03", _GENERIC, False), 0.025),
    (Decline("stolen_card", "card_declined", "43", "do_not_try_again", "03", _GENERIC, False), 0.02),
    (Decline("pickup_card", "card_declined", "04", "do_not_try_again", "03", _GENERIC, False), 0.01),
    (Decline("card_velocity_exceeded", "card_declined", "65", "try_again_later", "02",
        "Your card was declined for repeated attempts or for exceeding its amount limit."), 0.03),
    (Decline("processing_error", "processing_error", "96", "try_again_later", "02",
        "An error occurred while processing your card. Try again in a little bit."), 0.02),
    (Decline("invalid_account", "card_declined", "14", "confirm_card_data", "01", _GENERIC, False), 0.02),
    (Decline("try_again_later", "card_declined", "91", "try_again_later", "02", _GENERIC), 0.025),
)  # fmt: skip
STOLEN_DECLINES: tuple[tuple[Decline, float], ...] = tuple(
    (
        decline,
        weight
        * {"lost_card": 9, "stolen_card": 12, "pickup_card": 8, "incorrect_cvc": 4, "do_not_honor": 2}.get(
            decline.code, 1
        ),
    )
    for decline, weight in DECLINES
)


@dataclass(frozen=True)
class DisputeReason:
    """Why a cardholder disputes, with the code each network gives it."""

    reason: str
    visa: str
    mastercard: str
    amex: str
    won: float


DISPUTE_REASONS: tuple[tuple[DisputeReason, float], ...] = (
    (DisputeReason("product_not_received", "13.1", "4853", "C08", 0.35), 0.3),
    (DisputeReason("product_unacceptable", "13.3", "4853", "C31", 0.4), 0.16),
    (DisputeReason("subscription_canceled", "13.2", "4853", "C28", 0.3), 0.15),
    (DisputeReason("credit_not_processed", "13.6", "4853", "C02", 0.4), 0.12),
    (DisputeReason("duplicate", "12.6.1", "4834", "P08", 0.5), 0.08),
    (DisputeReason("unrecognized", "10.4", "4837", "F24", 0.3), 0.1),
    (DisputeReason("general", "13.7", "4853", "C18", 0.4), 0.09),
)
FRAUDULENT = DisputeReason("fraudulent", "10.4", "4837", "F29", 0.12)
UNRECOGNIZED = DisputeReason("unrecognized", "10.4", "4837", "F24", 0.3)
NOT_RECEIVED = DisputeReason("product_not_received", "13.1", "4853", "C08", 0.1)

EFW_TYPES: Weights = (
    ("made_with_stolen_card", 0.3),
    ("unauthorized_use_of_card", 0.35),
    ("made_with_lost_card", 0.05),
    ("card_never_received", 0.02),
    ("fraudulent_card_application", 0.05),
    ("misc", 0.23),
)

IDENTITY_ERRORS: tuple[tuple[tuple[str, str], float], ...] = (
    (("document_expired", "The document is expired."), 0.2),
    (("document_unverified_other", "The document is invalid."), 0.2),
    (("document_type_not_supported", "The document is not supported."), 0.14),
    (("selfie_face_mismatch", "The selfie does not match the document's photo."), 0.12),
    (("selfie_document_missing_photo", "The document has no photo of a face."), 0.08),
    (("consent_declined", "The user declined to be verified by Stripe."), 0.12),
    (("abandoned", "The user left before the session was complete."), 0.14),
)
ID_NUMBER_ERRORS: tuple[tuple[tuple[str, str], float], ...] = (
    (("id_number_mismatch", "The number does not match the name and date of birth."), 0.5),
    (("id_number_insufficient_document_data", "The register has too little to compare."), 0.2),
    (("id_number_unverified_other", "The number could not be verified."), 0.3),
)
FORGED_IDENTITY_ERRORS: tuple[tuple[tuple[str, str], float], ...] = (
    (("document_unverified_other", "The document is invalid."), 0.4),
    (("selfie_manipulated", "The selfie has been manipulated."), 0.25),
    (("selfie_face_mismatch", "The selfie does not match the document's photo."), 0.25),
    (("document_expired", "The document is expired."), 0.1),
)

CANCEL_FEEDBACK: Weights = (
    ("too_expensive", 0.3),
    ("unused", 0.3),
    ("switched_service", 0.15),
    ("missing_features", 0.15),
    ("customer_service", 0.05),
    ("other", 0.05),
)
PAYOUT_FAILURES: Weights = (
    ("account_closed", 0.4),
    ("invalid_account_number", 0.3),
    ("no_account", 0.2),
    ("declined", 0.1),
)
PAYOUT_FAILURE_MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "invalid_account_number": "The bank account number is invalid.",
    "no_account": "The bank account could not be located.",
    "declined": "The bank has declined this transfer.",
}
