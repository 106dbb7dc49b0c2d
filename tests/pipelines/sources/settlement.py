"""A made-up Settlement details report, by the standard columns of Adyen's."""

from __future__ import annotations

COLUMNS = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
    "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),"
    "Payment Method Variant,Modification Merchant Reference,Batch Number"
)


def line(kind: str, psp: str = "", modification: str = "", **values: str) -> str:
    """A line of the report; names are those of the columns without what is no letter."""
    given = {
        "CompanyAccount": "Acme",
        "MerchantAccount": "AcmeEU",
        "PspReference": psp,
        "PaymentMethod": "visa",
        "CreationDate": "2026-03-01 10:00:00",
        "TimeZone": "CET",
        "Type": kind,
        "ModificationReference": modification,
        "GrossCurrency": "EUR",
        "NetCurrency": "EUR",
        "ExchangeRate": "1",
        "BatchNumber": "4",
    } | values
    names = ("".join(filter(str.isalpha, name)) for name in COLUMNS.split(","))
    return ",".join(
        f'"{given.get(name, "")}"' if "," in given.get(name, "") else given.get(name, "") for name in names
    )


REPORT = "\n".join(
    [
        COLUMNS,
        line("Settled", "PSP1", "MOD1", GrossCreditGC="100.00", NetCreditNC="98.00", MarkupNC="2.00"),
        line("Settled", "PSP2", "MOD2", PaymentMethod="ideal", GrossCreditGC="5.00", NetCreditNC="4.90"),
        line("Settled", "PSP3", "MOD3", PaymentMethod="mc", GrossCurrency="JPY", GrossCreditGC="1200",
             CreationDate="2026-03-02 00:30:00", NetCreditNC="7.10"),
        line("Settled", "PSP4", "MOD4", GrossCurrency="JPY", GrossCreditGC="12.50", NetCreditNC="0.07"),
        line("Refunded", "PSP1", "MOD5", GrossDebitGC="30.00", NetDebitNC="30.00",
             CreationDate="2026-03-29 03:30:00", TimeZone="CEST", ModificationMerchantReference="too late, sorry"),
        line("Chargeback", "PSP3", "MOD6", PaymentMethod="mc", GrossCurrency="JPY", GrossDebitGC="1200",
             NetDebitNC="22.10"),
        line("Fee", "", "Transaction Fees March 2026", GrossCurrency="", NetDebitNC="1.25"),
        line("MerchantPayout", "", "TX1 batch 4", GrossCurrency="", NetDebitNC="55.72"),
        line("MatchedStatement", "", "statement", NetDebitNC="1.00"),
        "AcmeEU,a line that was cut",
        "",
    ]
)  # fmt: skip
