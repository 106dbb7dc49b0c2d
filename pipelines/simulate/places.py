"""Where buyers live and what they are called: made-up people at plausible places. Weights are relative."""

from dataclasses import dataclass

from pipelines.simulate.chance import Weights


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
        "Olivia", "Noah", "Grace", "Liam", "Ava", "Mason", "Ella", "Owen", "Ruth", "Isaac", "Nora", "Caleb", "Zoe",
    ),
    "german": ("Lena", "Jonas", "Jürgen", "Anke", "Sven", "Katja", "Till", "Heike", "Mats", "Femke"),
    "french": ("Chloé", "Léo", "Inès", "Hugo", "Marta", "Pablo", "Giulia", "Luca", "Zoé", "Renée"),
    "japanese": ("陽菜", "蓮", "結衣", "大翔", "さくら", "健太", "Yuki", "Haruto"),
    "gulf": ("Fatima", "Yousef", "Noura", "Khalid", "Dana", "Omar", "Reem", "Salem"),
}  # fmt: skip
LAST_NAMES = {
    "west": (
        "Carter", "Brooks", "Whitfield", "Okafor", "Nguyen", "Hale", "Pruitt", "O'Neill", "Lindqvist", "Marsh", "Shaw",
    ),
    "german": ("Müller", "Vogt", "Brandt", "Köhler", "de Vries", "Schäfer", "Krüger", "Jansen"),
    "french": ("Lefèvre", "Moreau", "García", "Rossi", "Dubois", "Peña", "Conti", "Marchand"),
    "japanese": ("佐藤", "鈴木", "高橋", "田中", "Ito", "Watanabe"),
    "gulf": ("Al-Sabah", "Al-Mutairi", "Haddad", "Nasser", "Al-Rashid"),
}  # fmt: skip
STREETS = (
    "Mill Lane", "Station Road", "Cedar Avenue", "Lindenstraße", "Rue du Moulin", "Harbour View", "Oak Court",
)  # fmt: skip

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
