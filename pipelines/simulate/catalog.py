"""The simulated world as data: trades, places, declines, dispute reasons. Weights are relative."""

from dataclasses import dataclass
from typing import Literal

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Trade:
    """What a merchant sells, to whom, and how. Amounts are major units of the home currency."""

    name: str
    mcc: str
    country: str
    currency: str
    settles: tuple[str, ...]
    presents: Weights
    median: float
    spread: float
    share: float
    buyers: Weights
    utc_offset: int = 0
    capture: Literal["automatic", "manual"] = "automatic"
    sca: bool = False
    methods: Weights = (("card", 1.0),)
    refunds: float = 0.035
    disputes: float = 0.0015
    guests: float = 0.15
    subscriptions: float = 0.0
    platform_fee: float = 0.0
    reviews: bool = False
    identity: float = 0.0
    delay_days: int = 2
    profile: str = "ordinary"


US_BUYERS: Weights = (("US", 0.9), ("CA", 0.05), ("GB", 0.02), ("MX", 0.01), ("BR", 0.01), ("DE", 0.01))
EU_BUYERS: Weights = (("DE", 0.62), ("FR", 0.13), ("NL", 0.1), ("ES", 0.07), ("IT", 0.06), ("US", 0.02))

TRADES = (
    Trade(
        "Northstack Software",
        "5734",
        "US",
        "usd",
        ("usd", "eur"),
        (("usd", 0.85), ("eur", 0.15)),
        39.0,
        0.7,
        0.16,
        US_BUYERS,
        -5,
        subscriptions=0.6,
        identity=0.6,
        guests=0.0,
        refunds=0.015,
        disputes=0.001,
        methods=(("card", 0.88), ("link", 0.12)),
    ),
    Trade(
        "Modehaus Linden",
        "5651",
        "DE",
        "eur",
        ("eur",),
        (("eur", 0.95), ("usd", 0.03), ("chf", 0.02)),
        64.0,
        0.6,
        0.2,
        EU_BUYERS,
        1,
        sca=True,
        refunds=0.09,
        platform_fee=0.05,
        methods=(("card", 0.7), ("sepa_debit", 0.15), ("ideal", 0.1), ("klarna", 0.05)),
    ),
    Trade(
        "Harrow Street Grocers",
        "5411",
        "GB",
        "gbp",
        ("gbp",),
        (("gbp", 1.0),),
        41.0,
        0.5,
        0.17,
        (("GB", 0.96), ("IE", 0.03), ("FR", 0.01)),
        0,
        sca=True,
        guests=0.05,
        refunds=0.02,
        disputes=0.0006,
        platform_fee=0.03,
        methods=(("card", 0.93), ("link", 0.07)),
    ),
    Trade(
        "Kitanova Denki",
        "5732",
        "JP",
        "jpy",
        ("jpy",),
        (("jpy", 1.0),),
        12_800.0,
        0.9,
        0.11,
        (("JP", 0.93), ("TW", 0.03), ("US", 0.04)),
        9,
        delay_days=4,
        reviews=True,
        disputes=0.001,
        platform_fee=0.04,
        methods=(("card", 0.85), ("konbini", 0.15)),
    ),
    Trade(
        "Bayt Al Oud",
        "5977",
        "AE",
        "kwd",
        ("aed",),
        (("kwd", 0.8), ("usd", 0.12), ("aed", 0.08)),
        21.0,
        0.6,
        0.07,
        (("KW", 0.72), ("AE", 0.2), ("SA", 0.08)),
        3,
        delay_days=3,
        platform_fee=0.05,
    ),
    Trade(
        "Wayfare Lodges",
        "7011",
        "US",
        "usd",
        ("usd",),
        (("usd", 0.93), ("cad", 0.05), ("gbp", 0.02)),
        310.0,
        0.7,
        0.09,
        US_BUYERS,
        -7,
        capture="manual",
        reviews=True,
        refunds=0.07,
        disputes=0.003,
        identity=0.3,
    ),
    Trade(
        "Pixelforge Games",
        "5816",
        "US",
        "usd",
        ("usd",),
        (("usd", 0.9), ("brl", 0.05), ("aud", 0.05)),
        13.0,
        0.8,
        0.12,
        US_BUYERS,
        -8,
        guests=0.3,
        refunds=0.03,
        disputes=0.003,
        subscriptions=0.1,
        identity=0.15,
        profile="tested",
    ),
    Trade(
        "Vitalis Supplements",
        "5499",
        "US",
        "usd",
        ("usd",),
        (("usd", 1.0),),
        49.0,
        0.4,
        0.08,
        US_BUYERS,
        -6,
        guests=0.25,
        disputes=0.004,
        platform_fee=0.06,
        profile="turns_bad",
    ),
    Trade(
        "Atelier Beaulieu",
        "5977",
        "FR",
        "eur",
        ("eur",),
        (("eur", 0.97), ("gbp", 0.03)),
        47.0,
        0.6,
        0.1,
        (("FR", 0.88), ("BE", 0.08), ("CH", 0.04)),
        1,
        sca=True,
        platform_fee=0.05,
        methods=(("card", 0.9), ("sepa_debit", 0.1)),
    ),
    Trade(
        "Coastline Tickets",
        "7922",
        "AU",
        "aud",
        ("aud",),
        (("aud", 1.0),),
        88.0,
        0.6,
        0.08,
        (("AU", 0.95), ("NZ", 0.05)),
        10,
        guests=0.4,
        disputes=0.003,
        reviews=True,
    ),
    Trade(
        "Open Hands Relief",
        "8398",
        "CA",
        "cad",
        ("cad",),
        (("cad", 0.9), ("usd", 0.1)),
        35.0,
        0.8,
        0.06,
        (("CA", 0.9), ("US", 0.1)),
        -4,
        guests=0.5,
        refunds=0.004,
        disputes=0.0008,
        subscriptions=0.25,
        profile="tested",
    ),
    Trade(
        "Greenbay Tutors",
        "8299",
        "US",
        "usd",
        ("usd",),
        (("usd", 1.0),),
        75.0,
        0.4,
        0.06,
        US_BUYERS,
        -5,
        subscriptions=0.5,
        identity=0.4,
        platform_fee=0.08,
    ),
)

# Over the hours of a merchant's local day; the mean is about 1.
HOURS = (
    0.35,
    0.2,
    0.12,
    0.09,
    0.1,
    0.18,
    0.4,
    0.7,
    0.95,
    1.15,
    1.3,
    1.4,
    1.5,
    1.4,
    1.3,
    1.25,
    1.3,
    1.4,
    1.55,
    1.75,
    1.85,
    1.6,
    1.1,
    0.66,
)
WEEKDAYS = (0.95, 0.95, 0.98, 1.0, 1.1, 1.08, 0.94)


@dataclass(frozen=True)
class Country:
    """Where buyers live: made-up people, plausible places, the first octets of the addresses they use."""

    cities: tuple[tuple[str, str, str | None], ...]
    octets: tuple[int, ...]
    prefix: str
    names: str
    brands: Weights
    funding: Weights


_WEST: Weights = (("visa", 0.52), ("mastercard", 0.34), ("amex", 0.1), ("discover", 0.04))
_EUROPE: Weights = (("visa", 0.5), ("mastercard", 0.46), ("amex", 0.04))
_JAPAN: Weights = (("visa", 0.5), ("jcb", 0.28), ("mastercard", 0.18), ("amex", 0.04))
_CREDIT: Weights = (("credit", 0.55), ("debit", 0.39), ("prepaid", 0.06))
_DEBIT: Weights = (("debit", 0.68), ("credit", 0.28), ("prepaid", 0.04))

COUNTRIES = {
    "US": Country(
        (
            ("Columbus", "43215", "OH"),
            ("Austin", "78701", "TX"),
            ("Portland", "97205", "OR"),
            ("Tampa", "33602", "FL"),
            ("Oakland", "94607", "CA"),
        ),
        (24, 67, 73, 98),
        "+1555",
        "west",
        _WEST,
        _CREDIT,
    ),
    "CA": Country(
        (("Halifax", "B3J 1S9", "NS"), ("Calgary", "T2P 2M5", "AB")),
        (99, 142),
        "+1555",
        "west",
        _WEST,
        _CREDIT,
    ),
    "GB": Country(
        (("Leeds", "LS1 4DY", None), ("Bristol", "BS1 5TR", None), ("London", "N1 9GU", None)),
        (81, 86),
        "+4477",
        "west",
        _EUROPE,
        _DEBIT,
    ),
    "IE": Country((("Cork", "T12 W8CD", None),), (87,), "+3538", "west", _EUROPE, _DEBIT),
    "DE": Country(
        (("Leipzig", "04109", None), ("Köln", "50667", None), ("München", "80331", None)),
        (79, 91),
        "+4915",
        "german",
        _EUROPE,
        _DEBIT,
    ),
    "FR": Country(
        (("Lyon", "69002", None), ("Nantes", "44000", None)), (82, 90), "+336", "french", _EUROPE, _DEBIT
    ),
    "BE": Country((("Gent", "9000", None),), (81,), "+324", "french", _EUROPE, _DEBIT),
    "CH": Country((("Zürich", "8001", None),), (85,), "+417", "german", _EUROPE, _CREDIT),
    "NL": Country((("Utrecht", "3511 AB", None),), (77, 84), "+316", "german", _EUROPE, _DEBIT),
    "ES": Country((("Valencia", "46002", None),), (88,), "+346", "french", _EUROPE, _DEBIT),
    "IT": Country((("Torino", "10121", None),), (93,), "+393", "french", _EUROPE, _DEBIT),
    "JP": Country(
        (("大阪市", "530-0001", "大阪府"), ("札幌市", "060-0001", "北海道")),
        (126, 153),
        "+8190",
        "japanese",
        _JAPAN,
        _CREDIT,
    ),
    "TW": Country((("Taipei", "100", None),), (111,), "+8869", "japanese", _JAPAN, _CREDIT),
    "KW": Country((("Salmiya", "22001", None),), (37,), "+9655", "gulf", _EUROPE, _DEBIT),
    "AE": Country((("Dubai", "00000", None),), (94,), "+9715", "gulf", _EUROPE, _CREDIT),
    "SA": Country((("Jeddah", "23433", None),), (95,), "+9665", "gulf", _EUROPE, _DEBIT),
    "AU": Country(
        (("Geelong", "3220", "VIC"), ("Cairns", "4870", "QLD")), (101, 120), "+614", "west", _EUROPE, _DEBIT
    ),
    "NZ": Country((("Nelson", "7010", None),), (122,), "+642", "west", _EUROPE, _DEBIT),
    "MX": Country((("Puebla", "72000", None),), (187,), "+5255", "french", _EUROPE, _DEBIT),
    "BR": Country((("Recife", "50030-230", "PE"),), (177, 189), "+5581", "french", _EUROPE, _CREDIT),
    "NG": Country((("Ibadan", "200001", None),), (105,), "+23480", "west", _EUROPE, _DEBIT),
    "VN": Country((("Da Nang", "550000", None),), (113,), "+849", "west", _EUROPE, _DEBIT),
    "RO": Country((("Cluj-Napoca", "400001", None),), (89,), "+407", "french", _EUROPE, _DEBIT),
}

# Where fraudsters sit when they do not hide behind an address of the card's own country.
FRAUD_COUNTRIES: Weights = (("NG", 0.2), ("VN", 0.25), ("RO", 0.25), ("US", 0.2), ("BR", 0.1))

FIRST_NAMES = {
    "west": (
        "Olivia",
        "Noah",
        "Grace",
        "Liam",
        "Ava",
        "Mason",
        "Ella",
        "Owen",
        "Ruth",
        "Isaac",
        "Nora",
        "Caleb",
        "Zoe",
    ),
    "german": ("Lena", "Jonas", "Jürgen", "Anke", "Sven", "Katja", "Till", "Heike", "Mats", "Femke"),
    "french": ("Chloé", "Léo", "Inès", "Hugo", "Marta", "Pablo", "Giulia", "Luca", "Zoé", "Renée"),
    "japanese": ("陽菜", "蓮", "結衣", "大翔", "さくら", "健太", "Yuki", "Haruto"),
    "gulf": ("Fatima", "Yousef", "Noura", "Khalid", "Dana", "Omar", "Reem", "Salem"),
}
LAST_NAMES = {
    "west": (
        "Carter",
        "Brooks",
        "Whitfield",
        "Okafor",
        "Nguyen",
        "Hale",
        "Pruitt",
        "O'Neill",
        "Lindqvist",
        "Marsh",
        "Shaw",
    ),
    "german": ("Müller", "Vogt", "Brandt", "Köhler", "de Vries", "Schäfer", "Krüger", "Jansen"),
    "french": ("Lefèvre", "Moreau", "García", "Rossi", "Dubois", "Peña", "Conti", "Marchand"),
    "japanese": ("佐藤", "鈴木", "高橋", "田中", "Ito", "Watanabe"),
    "gulf": ("Al-Sabah", "Al-Mutairi", "Haddad", "Nasser", "Al-Rashid"),
}
STREETS = (
    "Mill Lane",
    "Station Road",
    "Cedar Avenue",
    "Lindenstraße",
    "Rue du Moulin",
    "Harbour View",
    "Oak Court",
)

EMAIL_DOMAINS: Weights = (
    ("gmail.com", 0.46),
    ("yahoo.com", 0.12),
    ("outlook.com", 0.12),
    ("icloud.com", 0.11),
    ("hotmail.com", 0.07),
    ("proton.me", 0.03),
    ("example.com", 0.05),
    ("example.org", 0.03),
    ("mailinator.com", 0.004),
    ("yopmail.com", 0.004),
    ("guerrillamail.com", 0.002),
)
FRAUD_EMAIL_DOMAINS: Weights = (
    ("gmail.com", 0.5),
    ("outlook.com", 0.14),
    ("proton.me", 0.1),
    ("yahoo.com", 0.08),
    ("mailinator.com", 0.07),
    ("yopmail.com", 0.06),
    ("guerrillamail.com", 0.05),
)


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
    (
        Decline(
            "insufficient_funds",
            "card_declined",
            "51",
            "try_again_later",
            None,
            "Your card has insufficient funds.",
        ),
        0.34,
    ),
    (Decline("do_not_honor", "card_declined", "05", "try_again_later", None, _GENERIC), 0.2),
    (Decline("generic_decline", "card_declined", "05", "try_again_later", "02", _GENERIC), 0.12),
    (
        Decline(
            "transaction_not_allowed",
            "card_declined",
            "57",
            "try_again_later",
            None,
            "Your card does not support this type of purchase.",
        ),
        0.07,
    ),
    (
        Decline(
            "incorrect_cvc",
            "incorrect_cvc",
            "N7",
            "confirm_card_data",
            "01",
            "Your card's security code is incorrect.",
        ),
        0.07,
    ),
    (
        Decline("expired_card", "expired_card", "54", "confirm_card_data", "01", "Your card has expired."),
        0.05,
    ),
    (Decline("lost_card", "card_declined", "41", "do_not_try_again", "03", _GENERIC, False), 0.025),
    (Decline("stolen_card", "card_declined", "43", "do_not_try_again", "03", _GENERIC, False), 0.02),
    (Decline("pickup_card", "card_declined", "04", "do_not_try_again", "03", _GENERIC, False), 0.01),
    (
        Decline(
            "card_velocity_exceeded",
            "card_declined",
            "65",
            "try_again_later",
            "02",
            "Your card was declined for repeated attempts or for exceeding its amount limit.",
        ),
        0.03,
    ),
    (
        Decline(
            "processing_error",
            "processing_error",
            "96",
            "try_again_later",
            "02",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
        0.02,
    ),
    (
        Decline(
            "invalid_account",
            "card_declined",
            "14",
            "confirm_card_data",
            "01",
            "Your card was declined.",
            False,
        ),
        0.02,
    ),
    (Decline("try_again_later", "card_declined", "91", "try_again_later", "02", _GENERIC), 0.025),
)
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
PLANS = ((19.0, "Starter"), (49.0, "Team"), (149.0, "Business"))
