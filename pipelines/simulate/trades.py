"""What merchants sell, to whom, and when in the day. Weights are relative."""

from dataclasses import dataclass
from typing import Literal

from pipelines.simulate.chance import Weights


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
        "Northstack Software", "5734", "US", "usd", ("usd", "eur"), (("usd", 0.85), ("eur", 0.15)),
        39.0, 0.7, 0.16, US_BUYERS, -5,
        subscriptions=0.6, identity=0.6, guests=0.0, refunds=0.015, disputes=0.001,
        methods=(("card", 0.88), ("link", 0.12)),
    ),
    Trade(
        "Modehaus Linden", "5651", "DE", "eur", ("eur",), (("eur", 0.95), ("usd", 0.03), ("chf", 0.02)),
        64.0, 0.6, 0.2, EU_BUYERS, 1,
        sca=True, refunds=0.09, platform_fee=0.05,
        methods=(("card", 0.7), ("sepa_debit", 0.15), ("ideal", 0.1), ("klarna", 0.05)),
    ),
    Trade(
        "Harrow Street Grocers", "5411", "GB", "gbp", ("gbp",), (("gbp", 1.0),),
        41.0, 0.5, 0.17, (("GB", 0.96), ("IE", 0.03), ("FR", 0.01)), 0,
        sca=True, guests=0.05, refunds=0.02, disputes=0.0006, platform_fee=0.03,
        methods=(("card", 0.93), ("link", 0.07)),
    ),
    Trade(
        "Kitanova Denki", "5732", "JP", "jpy", ("jpy",), (("jpy", 1.0),),
        12_800.0, 0.9, 0.11, (("JP", 0.93), ("TW", 0.03), ("US", 0.04)), 9,
        delay_days=4, reviews=True, disputes=0.001, platform_fee=0.04,
        methods=(("card", 0.85), ("konbini", 0.15)),
    ),
    Trade(
        "Bayt Al Oud", "5977", "AE", "kwd", ("aed",), (("kwd", 0.8), ("usd", 0.12), ("aed", 0.08)),
        21.0, 0.6, 0.07, (("KW", 0.72), ("AE", 0.2), ("SA", 0.08)), 3,
        delay_days=3, platform_fee=0.05,
    ),
    Trade(
        "Wayfare Lodges", "7011", "US", "usd", ("usd",), (("usd", 0.93), ("cad", 0.05), ("gbp", 0.02)),
        310.0, 0.7, 0.09, US_BUYERS, -7,
        capture="manual", reviews=True, refunds=0.07, disputes=0.003, identity=0.3,
    ),
    Trade(
        "Pixelforge Games", "5816", "US", "usd", ("usd",), (("usd", 0.9), ("brl", 0.05), ("aud", 0.05)),
        13.0, 0.8, 0.12, US_BUYERS, -8,
        guests=0.3, refunds=0.03, disputes=0.003, subscriptions=0.1, identity=0.15, profile="tested",
    ),
    Trade(
        "Vitalis Supplements", "5499", "US", "usd", ("usd",), (("usd", 1.0),),
        49.0, 0.4, 0.08, US_BUYERS, -6,
        guests=0.25, disputes=0.004, platform_fee=0.06, profile="turns_bad",
    ),
    Trade(
        "Atelier Beaulieu", "5977", "FR", "eur", ("eur",), (("eur", 0.97), ("gbp", 0.03)),
        47.0, 0.6, 0.1, (("FR", 0.88), ("BE", 0.08), ("CH", 0.04)), 1,
        sca=True, platform_fee=0.05, methods=(("card", 0.9), ("sepa_debit", 0.1)),
    ),
    Trade(
        "Coastline Tickets", "7922", "AU", "aud", ("aud",), (("aud", 1.0),),
        88.0, 0.6, 0.08, (("AU", 0.95), ("NZ", 0.05)), 10,
        guests=0.4, disputes=0.003, reviews=True,
    ),
    Trade(
        "Open Hands Relief", "8398", "CA", "cad", ("cad",), (("cad", 0.9), ("usd", 0.1)),
        35.0, 0.8, 0.06, (("CA", 0.9), ("US", 0.1)), -4,
        guests=0.5, refunds=0.004, disputes=0.0008, subscriptions=0.25, profile="tested",
    ),
    Trade(
        "Greenbay Tutors", "8299", "US", "usd", ("usd",), (("usd", 1.0),),
        75.0, 0.4, 0.06, US_BUYERS, -5,
        subscriptions=0.5, identity=0.4, platform_fee=0.08,
    ),
)  # fmt: skip

# Over the hours of a merchant's local day; the mean is about 1.
HOURS = (
    0.35, 0.2, 0.12, 0.09, 0.1, 0.18, 0.4, 0.7, 0.95, 1.15, 1.3, 1.4,
    1.5, 1.4, 1.3, 1.25, 1.3, 1.4, 1.55, 1.75, 1.85, 1.6, 1.1, 0.66,
)  # fmt: skip
WEEKDAYS = (0.95, 0.95, 0.98, 1.0, 1.1, 1.08, 0.94)
PLANS = ((19.0, "Starter"), (49.0, "Team"), (149.0, "Business"))
