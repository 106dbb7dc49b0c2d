"""Made-up exports of processors, by the names that the columns of theirs have."""

# ruff: noqa: E501 - one line of a file a line

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

STRIPE_ITEMIZED = (
    "balance_transaction_id,created_utc,created,available_on_utc,available_on,currency,gross,fee,net,"
    "reporting_category,source_id,description,customer_facing_amount,customer_facing_currency,regulatory_tag,"
    "automatic_payout_id,automatic_payout_effective_at_utc,automatic_payout_effective_at,customer_id,customer_email,"
    "customer_name,customer_description,charge_id,payment_intent_id,charge_created_utc,invoice_id,subscription_id,"
    "payment_method_type,is_link,card_brand,card_funding,card_country,statement_descriptor,dispute_reason"
)
"""Of the reports Balance change from activity, Payout reconciliation and Ending balance reconciliation."""

STRIPE_ACTIVITY = (
    "balance_transaction_id,balance_transaction_created_at,balance_transaction_reporting_category,"
    "balance_transaction_component,balance_transaction_regulatory_tag,activity_at,currency,amount,charge_id,"
    "payment_intent_id,refund_id,dispute_id,invoice_id,invoice_number,subscription_id,fee_id,transfer_id,"
    "destination_id,customer_id,customer_email,customer_description,automatic_payout_id,"
    "automatic_payout_effective_at,event_type,payment_method_type,is_link,card_brand,card_funding,card_country,"
    "statement_descriptor,customer_facing_currency,customer_facing_amount,activity_interval_type,activity_start_date,"
    "activity_end_date,balance_transaction_description,connected_account_id,connected_account_name,"
    "connected_account_country"
)

PAYPAL = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,"
    "Shipping Address,Address Status,Item Title,Item ID,Shipping and Handling Amount,Insurance Amount,Sales Tax,"
    "Option 1 Name,Option 1 Value,Option 2 Name,Option 2 Value,Reference Txn ID,Invoice Number,Custom Number,"
    "Quantity,Receipt ID,Balance,Address Line 1,Address Line 2/District/Neighborhood,Town/City,"
    "State/Province/Region/County/Territory/Prefecture/Republic,Zip/Postal Code,Country,Contact Phone Number,Subject,"
    "Note,Country Code,Balance Impact"
)

BRAINTREE = (
    "Transaction ID,Subscription ID,Transaction Type,Transaction Status,Escrow Status,Created Datetime,"
    "Created Timezone,Settlement Date,Disbursement Date,Merchant Account,Currency ISO Code,Amount Authorized,"
    "Amount Submitted For Settlement,Service Fee,Tax Amount,Tax Exempt,Purchase Order Number,Order ID,"
    "Descriptor Name,Descriptor Phone,Descriptor URL,Refunded Transaction ID,Payment Instrument Type,Card Type,"
    "Cardholder Name,First Six of Credit Card,Last Four of Credit Card,Credit Card Number,Expiration Date,"
    "Credit Card Customer Location,Customer ID,Payment Method Token,Credit Card Unique Identifier,"
    "Customer First Name,Customer Last Name,Customer Company,Customer Email,Customer Phone,IP Address,"
    "Authorization Code,Processor Response Code,Processor Response Text,Gateway Rejection Reason,Settlement Amount,"
    "Settlement Currency ISO Code,Settlement Currency Exchange Rate,Fraud Detected,Disputed Date,"
    "Authorized Transaction ID,Country of Issuance,Issuing Bank,Durbin Regulated,Commercial,Prepaid,Payroll,"
    "Healthcare,Affluent Category,Debit,Product ID"
)

SQUARE = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
    "Total Collected,Source,Card,Card Entry Methods,Cash,Square Gift Card,Other Tender,Other Tender Type,Tender Note,"
    "Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,Device Name,Staff Name,Staff ID,Details,"
    "Description,Event Type,Location,Dining Option,Customer ID,Customer Name,Customer Reference ID,Device Nickname,"
    "Third Party Fees,Deposit ID,Deposit Date,Deposit Details,Fee Percentage Rate,Fee Fixed Rate,Refund Reason,"
    "Discount Name,Transaction Status,Cash App,Order Reference ID,Fulfillment Note,Free Processing Applied,Channel,"
    "Unattributed Tips,Table Info,International Fee"
)

Line = Mapping[str, str]


def _movement(id: str, category: str, gross: str, fee: str, net: str, source: str, **more: str) -> Line:
    return {
        "balance_transaction_id": id, "created_utc": "2026-03-01 08:16:12", "available_on_utc": "2026-03-03 00:00:00",
        "currency": "eur", "gross": gross, "fee": fee, "net": net, "reporting_category": category, "source_id": source,
        "description": f"{category} {source}", "automatic_payout_id": "po_1", **more,
    }  # fmt: skip


STRIPE_MOVEMENTS = (
    _movement("txn_1", "charge", "100.00", "3.20", "96.80", "ch_1", charge_id="ch_1", card_brand="Visa"),
    _movement("txn_2", "refund", "-20.00", "0.00", "-20.00", "re_1", charge_id="ch_1"),
    _movement("txn_3", "charge", "1200", "40", "1160", "py_2", currency="jpy"),
    _movement("txn_4", "fee", "-1.25", "0.00", "-1.25", "fee_1"),
    _movement("txn_5", "dispute", "-50.00", "15.00", "-65.00", "dp_1", dispute_reason="fraudulent"),
)

STRIPE_LINES = (
    *STRIPE_MOVEMENTS,
    _movement("txn_6", "charge", "12.345", "0.005", "12.340", "ch_6", currency="bhd"),
    _movement("txn_7", "charge", "12.5", "0", "12.5", "ch_7", currency="jpy"),
)

STRIPE_PARTS = tuple(
    {
        "balance_transaction_id": id, "balance_transaction_created_at": "2026-03-01 08:16:12", "currency": "eur",
        "balance_transaction_reporting_category": category, "balance_transaction_component": component,
        "activity_at": "2026-03-01 08:16:12", "amount": amount, "charge_id": "ch_1", "refund_id": refund, "fee_id": fee,
        "event_type": "charge_captured", "balance_transaction_description": "an order",
    }
    for id, category, component, amount, refund, fee in (
        ("txn_1", "charge", "gross", "100.00", "", ""),
        ("txn_1", "charge", "payments_fee", "-2.90", "", "fee_1"),
        ("txn_1", "charge", "payments_fee", "-0.30", "", "fee_2"),
        ("txn_2", "refund", "gross", "-20.00", "re_1", ""),
        ("", "", "network_cost", "-0.07", "", "fee_3"),
    )
)  # fmt: skip


def _activity(
    id: str, type: str, status: str, impact: str, amounts: tuple[str, str, str], **more: str
) -> Line:
    gross, fee, net = amounts
    return {
        "Date": "03/01/2026", "Time": "08:16:12", "TimeZone": "PST", "Name": "Ada Example", "Type": type,
        "Status": status, "Currency": "USD", "Gross": gross, "Fee": fee, "Net": net, "Transaction ID": id,
        "From Email Address": "ada@example.com", "To Email Address": "shop@example.com", "Balance Impact": impact,
        "Invoice Number": "A-7", **more,
    }  # fmt: skip


PAYPAL_LINES = (
    _activity("1PAY", "Express Checkout Payment", "Completed", "Credit", ("1,100.50", "-38.90", "1,061.60")),
    _activity("2PAY", "Website Payment", "Pending", "Memo", ("20.00", "0.00", "20.00"), TimeZone="CEST", Date="07/01/2026"),
    _activity("3PAY", "General Payment", "Denied", "Memo", ("500", "0", "500"), Currency="JPY"),
    _activity("4OWN", "General Payment", "Completed", "Debit", ("-7.00", "0.00", "-7.00")),
    _activity("5REF", "Payment Refund", "Completed", "Debit", ("-100.50", "0.00", "-100.50"), **{"Reference Txn ID": "1PAY"}),
    _activity("6CHB", "Chargeback", "Completed", "Debit", ("-1,000.00", "0.00", "-1,000.00"), **{"Reference Txn ID": "1PAY"}),
    _activity("7FEE", "Chargeback Fee", "Completed", "Debit", ("-20.00", "0.00", "-20.00")),
    _activity("8OUT", "General Withdrawal", "Completed", "Debit", ("-300.00", "-1.50", "-301.50")),
    _activity("9MEM", "General Authorization", "Pending", "Memo", ("9.00", "0.00", "9.00")),
    _activity("0BAD", "Website Payment", "Completed", "Credit", ("9.00", "0.00", "9.00"), TimeZone="XYZ"),
)  # fmt: skip


def _transaction(id: str, status: str, authorized: str, submitted: str, **more: str) -> Line:
    return {
        "Transaction ID": id, "Transaction Type": "sale", "Transaction Status": status, "Merchant Account": "acme_eur",
        "Created Datetime": "03/01/2026 08:16:12", "Created Timezone": "CST", "Currency ISO Code": "EUR",
        "Amount Authorized": authorized, "Amount Submitted For Settlement": submitted, "Order ID": "A-7",
        "Payment Instrument Type": "Credit Card", "Card Type": "MasterCard", "Last Four of Credit Card": "4444",
        "Customer ID": "77", "Customer Email": "ada@example.com", "Prepaid": "No", "Debit": "Yes",
        "Processor Response Code": "1000", "Processor Response Text": "Approved", **more,
    }  # fmt: skip


BRAINTREE_LINES = (
    _transaction("t1", "settled", "100.00", "80.00"),
    _transaction("t2", "voided", "100.00", "", Prepaid="Yes"),
    _transaction("t3", "processor_declined", "100.00", "", **{
        "Processor Response Code": "2001", "Processor Response Text": "Insufficient Funds"}),
    _transaction("t4", "gateway_rejected", "100.00", "", **{"Gateway Rejection Reason": "avs"}),
    _transaction("t5", "settled", "5.00", "5.00", **{
        "Payment Instrument Type": "PayPal Account", "Card Type": "", "Last Four of Credit Card": "", "Prepaid": "",
        "Debit": "", "Created Timezone": "UTC"}),
    _transaction("t6", "settled", "", "30.00", **{"Transaction Type": "credit", "Refunded Transaction ID": "t1"}),
    _transaction("t7", "authorizing", "9.00", ""),
)  # fmt: skip


def _sale(id: str, total: str, **more: str) -> Line:
    return {
        "Date": "2026-03-01", "Time": "08:16:12", "Time Zone": "Pacific Time (US & Canada)", "Gross Sales": total,
        "Total Collected": total, "Card": total, "Cash": "$0.00", "Card Entry Methods": "Tapped", "Card Brand": "Visa",
        "PAN Suffix": "1111", "Device Name": "Till 1", "Payment ID": id, "Transaction ID": f"T-{id}", "Fees": "-$0.95",
        "Event Type": "Payment", "Transaction Status": "Complete", "Customer ID": "C7", **more,
    }  # fmt: skip


_CASH = {"Card": "$0.00", "Card Entry Methods": "N/A", "Card Brand": "", "PAN Suffix": "", "Fees": "$0.00"}
SQUARE_LINES = (
    _sale("p1", "$1,025.50"),
    _sale("p2", "$8.00", Cash="$8.00", **_CASH),
    _sale(
        "p3",
        "$10.00",
        **{"Card Entry Methods": "Keyed", "Card Brand": "American Express", "Time Zone": "Tokyo"},
    ),
    _sale("p1", "($25.50)", **{"Event Type": "Refund", "Time": "09:00:00", "Refund Reason": "broken"}),
    _sale("p3", "-$10.00", **{"Event Type": "Refund", "Date": "2026-07-01"}),
)


def written(columns: str, lines: Iterable[Line], *, quoted: bool = False) -> str:
    """A CSV file; ``quoted`` as some processors write it, with a mark of its encoding and quotes around all values."""
    text = io.StringIO()
    how = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(text, columns.split(","), restval="", quoting=how, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return ("\ufeff" if quoted else "") + text.getvalue()
