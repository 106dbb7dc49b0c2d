"""Finance's tables reckoned again in DuckDB, from silver alone and by other means: joins where the pipeline sorts."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = (
    "application_fee_refunds", "application_fees", "balance_transactions", "charges", "disputes", "invoice_payments",
    "invoices", "payouts", "refunds", "transfer_reversals", "transfers",
)  # fmt: skip


def _fees(kind: str) -> str:
    listed = """from_json(fee_details, '[{"type": "VARCHAR", "amount": "BIGINT"}]')"""
    of_kind = f"list_filter({listed}, lambda fee: fee.type = '{kind}')"
    return f"cast(coalesce(list_sum(list_transform({of_kind}, lambda fee: fee.amount)), 0) as bigint)"


VIEWS = f"""
create view booked as
select *, case when reporting_category = 'payout' then created_at
               else greatest(created_at, coalesce(available_at, created_at)) end as due,
       {_fees("stripe_fee")} as stripe_fee_minor, {_fees("application_fee")} as application_fee_minor,
       {_fees("tax")} as tax_fee_minor
from silver.balance_transactions where livemode is not false;

create view scheduled as select * from silver.payouts where is_automatic and livemode is not false;

create view paid as
select b.account, b.balance_transaction_id, p.payout_id, p.created_date as payout_date
from booked b asof join scheduled p on p.account = b.account and p.currency = b.currency and p.created_at >= b.due
where not (b.reporting_category = 'payout' and exists (
        select 1 from scheduled own where own.account = b.account and own.payout_id = b.source_id))
  and date_diff('day', b.created_date, b.due::date) <= 31 and date_diff('day', b.due::date, p.created_date) <= 45;

create view leaving as
select * from paid
union all
select b.account, b.balance_transaction_id, p.payout_id, p.created_date
from booked b join scheduled p on p.account = b.account and p.payout_id = b.source_id where b.reporting_category = 'payout';

create view paying as
select account, invoice_id, charge_id, payment_intent_id from silver.invoices
union all select account, invoice_id, charge_id, payment_intent_id from silver.invoice_payments;

create view enriched as
with linked as (
  select b.*,
         coalesce(own.charge_id, r.charge_id, d.charge_id, t.source_charge_id, back.source_charge_id) as about_id,
         coalesce(own.currency, r.currency, d.currency) as customer_currency,
         case when amount_sign < 0 then -1 else 1 end * coalesce(
           own.amount_captured_minor, own.amount_minor, r.amount_minor, d.amount_minor) as customer_amount_minor,
         r.refund_id, r.reason as refund_reason, d.dispute_id, d.reason as dispute_reason,
         coalesce(t.transfer_id, v.transfer_id) as transfer_id,
         coalesce(f.application_fee_id, fr.application_fee_id) as application_fee_id,
         coalesce(t.destination_account_id, back.destination_account_id, f.paying_account_id, undone.paying_account_id) as connected_account_id,
         coalesce(f.charge_id, undone.charge_id) as connected_charge_id,
         coalesce(r.payment_intent_id, d.payment_intent_id) as told_intent, r.customer_id as told_customer
  from (select *, sign(amount_minor) as amount_sign from booked) b
  left join silver.charges own on own.account = b.account and own.charge_id = b.source_id
  left join silver.refunds r on r.account = b.account and r.refund_id = b.source_id
  left join silver.disputes d on d.account = b.account and d.dispute_id = b.source_id
  left join silver.transfers t on t.account = b.account and t.transfer_id = b.source_id
  left join silver.transfer_reversals v on v.account = b.account and v.transfer_reversal_id = b.source_id
  left join silver.transfers back on back.account = b.account and back.transfer_id = v.transfer_id
  left join silver.application_fees f on f.account = b.account and f.application_fee_id = b.source_id
  left join silver.application_fee_refunds fr on fr.account = b.account and fr.application_fee_refund_id = b.source_id
  left join silver.application_fees undone on undone.account = b.account and undone.application_fee_id = fr.application_fee_id),
described as (
  select l.*, coalesce(c.payment_intent_id, told_intent) as payment_intent_id,
         coalesce(c.customer_id, told_customer) as customer_id, c.payment_method_type,
         case when c.payment_method_type in ('card', 'card_present', 'interac_present')
              then coalesce(c.card_network, c.card_brand, 'unknown') end as card_network,
         c.card_funding, c.card_country, c.created_at as charge_created_at,
         coalesce(c.invoice_id,
           (select min(i.invoice_id) from paying i where i.account = l.account and i.charge_id = l.about_id),
           (select min(i.invoice_id) from paying i where i.account = l.account and i.payment_intent_id = coalesce(c.payment_intent_id, told_intent))
         ) as paid_invoice
  from linked l left join silver.charges c on c.account = l.account and c.charge_id = l.about_id)
select e.account, e.balance_transaction_id, e.created_date as date, e.currency, e.created_at,
       coalesce(e.available_at, e.created_at) as available_at, e.reporting_category, e.amount_minor, e.fee_minor,
       e.stripe_fee_minor, e.application_fee_minor, e.tax_fee_minor,
       e.fee_minor - e.stripe_fee_minor - e.application_fee_minor - e.tax_fee_minor as other_fee_minor,
       e.net_minor, e.exchange_rate, e.customer_currency, cast(e.customer_amount_minor as bigint) as customer_amount_minor,
       e.source_id, e.about_id as charge_id, e.payment_intent_id, e.refund_id, e.refund_reason, e.dispute_id,
       e.dispute_reason, e.transfer_id, e.application_fee_id, e.connected_account_id, e.connected_charge_id, e.customer_id,
       e.payment_method_type, e.card_network, e.card_funding, e.card_country, e.charge_created_at,
       e.paid_invoice as invoice_id, i.subscription_id, p.payout_id, p.payout_date
from described e
left join leaving p on p.account = e.account and p.balance_transaction_id = e.balance_transaction_id
left join silver.invoices i on i.account = e.account and i.invoice_id = e.paid_invoice;
"""

ITEMIZED = """
select e.account, p.payout_id, e.balance_transaction_id, p.payout_date as date, e.currency, e.created_at, e.available_at,
       e.reporting_category, e.amount_minor, e.fee_minor, e.net_minor, e.source_id, e.charge_id, e.payment_intent_id,
       e.refund_id, e.dispute_id, e.dispute_reason, e.transfer_id, e.connected_account_id, e.customer_id,
       e.customer_currency, e.customer_amount_minor, e.payment_method_type, e.card_network, e.invoice_id,
       e.subscription_id
from enriched e join paid p using (account, balance_transaction_id)
"""

PAYOUTS = """
with own as (
  select p.*, (select -sum(net_minor) from booked b where b.account = p.account and b.source_id = p.payout_id and b.reporting_category = 'payout') as booked,
         (select coalesce(sum(net_minor), 0) from booked b where b.account = p.account and b.source_id = p.payout_id and b.reporting_category = 'payout_reversal') as returned,
         (select count(*) from paid i where i.account = p.account and i.payout_id = p.payout_id) as items,
         (select coalesce(sum(b.net_minor), 0) from paid i join booked b using (account, balance_transaction_id)
          where i.account = p.account and i.payout_id = p.payout_id) as items_net,
         is_automatic and exists (select 1 from scheduled q where q.account = p.account and q.currency = p.currency
           and (q.created_at, q.payout_id) < (p.created_at, p.payout_id) and date_diff('day', q.created_date, p.created_date) <= 45) as follows
  from silver.payouts p where livemode is not false),
judged as (
  select *, case when booked is null then 'not_booked' when booked <> amount_minor then 'booked_otherwise'
                 when status in ('failed', 'canceled') and returned <> amount_minor then 'not_returned'
                 when status not in ('failed', 'canceled') and returned <> 0 then 'returned'
                 when is_automatic is not true then 'manual' when not follows then 'first'
                 when items_net <> amount_minor then 'other_items' end as reason
  from own)
select account, payout_id, created_date as date, currency, created_at, arrival_date, amount_minor, status as payout_status,
       coalesce(is_automatic, false) as is_automatic, method, failure_code, cast(booked as bigint) as booked_minor,
       cast(returned as bigint) as returned_minor, items as items_count, cast(items_net as bigint) as items_minor,
       case when follows and (booked is not null or items > 0) then cast(amount_minor - items_net as bigint) end as difference_minor,
       case when reason is null then 'matched' when reason in ('manual', 'first') or (booked is null and items = 0) then 'not_comparable'
            else 'different' end as status,
       reason
from judged
"""

ACTIVITY = """
select * exclude (payout_id, payout_date) from enriched
where coalesce(reporting_category, '') not in ('payout', 'payout_reversal')
"""

CHANGES = """
with known as (select *, coalesce(reporting_category, '') as category, coalesce(reporting_category, '') in ('payout', 'payout_reversal') as is_payout from booked),
daily as (
  select account, currency, created_date as date, count(*) as transactions_count,
         coalesce(sum(amount_minor) filter (category = 'charge'), 0) as charges_minor,
         coalesce(sum(amount_minor) filter (category in ('refund', 'refund_failure', 'partial_capture_reversal')), 0) as refunds_minor,
         coalesce(sum(amount_minor) filter (category in ('dispute', 'dispute_reversal')), 0) as disputes_minor,
         coalesce(sum(amount_minor) filter (category in ('transfer', 'transfer_reversal', 'topup', 'topup_reversal')), 0) as transfers_minor,
         coalesce(sum(amount_minor) filter (category in ('platform_earning', 'platform_earning_refund')), 0) as platform_earnings_minor,
         coalesce(sum(amount_minor) filter (category in ('fee', 'network_cost', 'tax')), 0) as billed_fees_minor,
         coalesce(sum(amount_minor) filter (category in ('other_adjustment', 'risk_reserved_funds', 'connect_reserved_funds')), 0) as adjustments_minor,
         coalesce(sum(amount_minor) filter (not is_payout), 0) as activity_minor,
         coalesce(sum(fee_minor) filter (not is_payout), 0) as activity_fees_minor,
         coalesce(sum(net_minor) filter (is_payout), 0) as payouts_net_minor
  from known group by all),
balances as (
  select d.account, d.currency, d.date,
         (select coalesce(sum(net_minor), 0) from known b where b.account = d.account and b.currency = d.currency and b.created_date < d.date) as opening_minor,
         (select coalesce(sum(net_minor), 0) from known b where b.account = d.account and b.currency = d.currency and b.created_date <= d.date) as closing_minor,
         (select coalesce(sum(net_minor), 0) from known b where b.account = d.account and b.currency = d.currency and b.created_date <= d.date
            and category <> 'payout' and b.available_at::date > d.date and d.date - b.created_date <= 90) as closing_pending_minor
  from daily d)
select account, currency, date, cast(opening_minor as bigint) as opening_minor,
       * exclude (account, currency, date, opening_minor, closing_minor, closing_pending_minor) replace (
         charges_minor::bigint as charges_minor, refunds_minor::bigint as refunds_minor, disputes_minor::bigint as disputes_minor,
         transfers_minor::bigint as transfers_minor, platform_earnings_minor::bigint as platform_earnings_minor,
         billed_fees_minor::bigint as billed_fees_minor, adjustments_minor::bigint as adjustments_minor,
         activity_minor::bigint as activity_minor, activity_fees_minor::bigint as activity_fees_minor, payouts_net_minor::bigint as payouts_net_minor),
       cast(activity_minor - charges_minor - refunds_minor - disputes_minor - transfers_minor - platform_earnings_minor - billed_fees_minor - adjustments_minor as bigint) as other_minor,
       cast(activity_minor - activity_fees_minor as bigint) as activity_net_minor, cast(closing_minor as bigint) as closing_minor,
       cast(closing_minor - closing_pending_minor as bigint) as closing_available_minor, cast(closing_pending_minor as bigint) as closing_pending_minor
from daily join balances using (account, currency, date)
"""

ENDING = """
with days as (
  select d.account, d.currency, d.date,
         (select coalesce(sum(net_minor), 0) from booked b where b.account = d.account and b.currency = d.currency and b.created_date <= d.date) as closing,
         (select max(created_date) from scheduled p where p.account = d.account and p.currency = d.currency
            and p.created_date between d.date - 45 and d.date and exists (select 1 from booked b where b.account = p.account and b.source_id = p.payout_id)) as last_payout_date
  from (select distinct account, currency, created_date as date from booked) d),
unpaid as (
  select d.account, d.currency, d.date, b.net_minor, coalesce(b.reporting_category, '') as category
  from days d join booked b on b.account = d.account and b.currency = d.currency and b.created_date between d.date - 76 and d.date
  left join leaving l on l.account = b.account and l.balance_transaction_id = b.balance_transaction_id
  where coalesce(l.payout_date > d.date, true) and not (coalesce(b.reporting_category, '') = 'payout' and l.payout_id is not null and l.payout_id = b.source_id)),
summed as (
  select d.account, d.currency, d.date, closing, last_payout_date, count(u.net_minor) as unpaid_count, coalesce(sum(u.net_minor), 0) as unpaid,
         coalesce(sum(u.net_minor) filter (category = 'charge'), 0) as charges,
         coalesce(sum(u.net_minor) filter (category in ('refund', 'refund_failure', 'partial_capture_reversal')), 0) as refunds,
         coalesce(sum(u.net_minor) filter (category in ('dispute', 'dispute_reversal')), 0) as disputes
  from days d left join unpaid u using (account, currency, date) group by all)
select account, currency, date, closing::bigint as closing_minor, unpaid_count, unpaid::bigint as unpaid_minor,
       charges::bigint as unpaid_charges_minor, refunds::bigint as unpaid_refunds_minor, disputes::bigint as unpaid_disputes_minor,
       (unpaid - charges - refunds - disputes)::bigint as unpaid_other_minor, last_payout_date, (closing - unpaid)::bigint as difference_minor,
       case when last_payout_date is null then 'not_comparable' when closing = unpaid then 'matched' else 'different' end as status
from summed
"""

FEES = """
with costs as (
  select *, case when category in ('fee', 'network_cost', 'tax') then -amount_minor else 0 end as billed,
         coalesce(payment_method_type, case when charge_id is not null or category = 'charge' then 'unknown' else 'none' end) as method
  from (select *, coalesce(reporting_category, '') as category from enriched)),
summed as (
  select account, currency, date, method as payment_method_type,
         coalesce(card_network, case when method = 'unknown' then 'unknown' else 'none' end) as card_network,
         count(*) filter (category = 'charge') as charges_count,
         coalesce(sum(amount_minor) filter (category = 'charge'), 0)::bigint as charges_minor,
         coalesce(sum(fee_minor - application_fee_minor - tax_fee_minor) filter (category = 'charge'), 0)::bigint as processing_fees_minor,
         coalesce(sum(fee_minor - application_fee_minor - tax_fee_minor) filter (category in ('dispute', 'dispute_reversal')), 0)::bigint as dispute_fees_minor,
         coalesce(sum(billed) filter (category = 'fee'), 0)::bigint as billed_fees_minor,
         coalesce(sum(billed) filter (category = 'network_cost'), 0)::bigint as network_costs_minor,
         sum(application_fee_minor)::bigint as application_fees_minor,
         sum(tax_fee_minor + case when category = 'tax' then billed else 0 end)::bigint as taxes_minor,
         coalesce(sum(fee_minor - application_fee_minor - tax_fee_minor) filter (category not in ('charge', 'dispute', 'dispute_reversal')), 0)::bigint as other_fees_minor,
         sum(fee_minor + billed)::bigint as fees_minor, bool_or(fee_minor + billed <> 0) as costly
  from costs group by all)
select * exclude (costly), case when charges_minor > 0 then (fees_minor - application_fees_minor)::double / charges_minor::double end as effective_rate
from summed where charges_count > 0 or costly
"""

REVENUE = """
with earned as (
  select *, fee_minor + case when category in ('fee', 'network_cost', 'tax') then -amount_minor else 0 end as cost,
         case when category like 'platform_earning%' then 'platform' when subscription_id is not null then 'subscription'
              when invoice_id is not null then 'invoice' when charge_id is not null or category in ('charge', 'charge_failure') then 'one_time' else 'none' end as revenue_type,
         case when category in ('charge', 'charge_failure') then amount_minor else 0 end as gross,
         case when category in ('refund', 'refund_failure', 'partial_capture_reversal') then amount_minor else 0 end as refunded,
         case when category in ('dispute', 'dispute_reversal') then amount_minor else 0 end as disputed,
         case when category like 'platform_earning%' then amount_minor else 0 end as platform,
         case when category in ('transfer', 'transfer_reversal') then amount_minor else 0 end as passed
  from (select *, coalesce(reporting_category, '') as category from enriched))
select account, currency, date, revenue_type, count(*) filter (category = 'charge') as charges_count, sum(gross)::bigint as gross_minor,
       sum(refunded)::bigint as refunds_minor, sum(disputed)::bigint as disputes_minor,
       sum(gross + refunded + disputed)::bigint as net_sales_minor, sum(platform)::bigint as platform_earnings_minor,
       sum(passed)::bigint as transferred_minor, sum(cost)::bigint as fees_minor,
       sum(gross + refunded + disputed + platform + passed - cost)::bigint as net_revenue_minor
from earned
where cost <> 0 or category in ('charge', 'charge_failure', 'refund', 'refund_failure', 'partial_capture_reversal', 'dispute', 'dispute_reversal',
  'platform_earning', 'platform_earning_refund', 'transfer', 'transfer_reversal', 'fee', 'network_cost', 'tax')
group by all
"""

TRANSFERS = """
with passed as (
  select b.account, b.currency, b.created_date as date, b.reporting_category as category, b.amount_minor,
         coalesce(t.destination_account_id, back.destination_account_id, f.paying_account_id, undone.paying_account_id, 'unknown') as connected_account_id
  from booked b
  left join silver.transfers t on t.account = b.account and t.transfer_id = b.source_id
  left join silver.transfer_reversals v on v.account = b.account and v.transfer_reversal_id = b.source_id
  left join silver.transfers back on back.account = b.account and back.transfer_id = v.transfer_id
  left join silver.application_fees f on f.account = b.account and f.application_fee_id = b.source_id
  left join silver.application_fee_refunds r on r.account = b.account and r.application_fee_refund_id = b.source_id
  left join silver.application_fees undone on undone.account = b.account and undone.application_fee_id = r.application_fee_id
  where b.reporting_category in ('transfer', 'transfer_reversal', 'platform_earning', 'platform_earning_refund'))
select account, currency, date, connected_account_id, count(*) filter (category = 'transfer') as transfers_count,
       coalesce(-sum(amount_minor) filter (category = 'transfer'), 0)::bigint as transferred_minor,
       count(*) filter (category = 'transfer_reversal') as reversals_count,
       coalesce(sum(amount_minor) filter (category = 'transfer_reversal'), 0)::bigint as reversed_minor,
       coalesce(-sum(amount_minor) filter (category like 'transfer%'), 0)::bigint as net_transferred_minor,
       count(*) filter (category = 'platform_earning') as application_fees_count,
       coalesce(sum(amount_minor) filter (category = 'platform_earning'), 0)::bigint as application_fees_minor,
       coalesce(-sum(amount_minor) filter (category = 'platform_earning_refund'), 0)::bigint as application_fees_refunded_minor,
       coalesce(sum(amount_minor) filter (category like 'platform%'), 0)::bigint as platform_earnings_minor
from passed group by all
"""

THREE_WAY = """
with places as (select * from (values ('USD', 2), ('EUR', 2), ('GBP', 2), ('JPY', 0), ('KWD', 3), ('AED', 2), ('CAD', 2), ('AUD', 2), ('CHF', 2), ('BRL', 2)) t(code, decimals)),
told as (select max(known_at)::date as today from (
  select known_at from silver.charges union all select known_at from silver.refunds union all select known_at from silver.disputes)),
objects as (
  select account, 'charge' as object_type, charge_id as object_id, created_date, currency,
         case when status = 'succeeded' and is_captured then amount_captured_minor else 0 end as expected,
         status = 'succeeded' and coalesce(is_captured, false) and amount_captured_minor > 0 as required, amount_minor as asked
  from silver.charges where livemode is not false
  union all
  select r.account, 'refund', r.refund_id, r.created_date, r.currency,
         case when r.status in ('failed', 'canceled') then 0 else -r.amount_minor end,
         coalesce(r.status, 'succeeded') = 'succeeded' and coalesce(r.reason, '') <> 'expired_uncaptured_charge'
           and coalesce(c.status = 'succeeded' and c.is_captured, true)
           and coalesce(r.amount_minor <> nullif(greatest(c.amount_refunded_minor - c.amount_returned_minor, 0), 0), true), null
  from silver.refunds r left join silver.charges c on c.account = r.account and c.charge_id = r.charge_id
  where r.livemode is not false
  union all
  select account, 'dispute', dispute_id, created_date, currency,
         case when status = 'won' or is_inquiry then 0 else -amount_minor end, is_chargeback and status is distinct from 'won', null
  from silver.disputes where livemode is not false),
moves as (
  select b.*, case when reporting_category in ('charge', 'charge_failure') then 'charge'
                   when reporting_category in ('refund', 'refund_failure') then 'refund' else 'dispute' end as object_type,
         coalesce(source_id, balance_transaction_id) as object_id
  from booked b where reporting_category in ('charge', 'charge_failure', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')),
either as (
  select account, object_type, object_id, created_date as date, currency, true as is_object_known, expected::bigint as expected, asked, required from objects
  union all
  select account, object_type, object_id, min(created_date), max(currency), false, null, null, true from moves m
  where not exists (select 1 from objects o where o.account = m.account and o.object_type = m.object_type and o.object_id = m.object_id)
  group by all),
each as (
  select m.*, e.currency as object_currency, coalesce(m.exchange_rate, max(m.exchange_rate) over (partition by m.account, m.object_type, m.object_id)) as rate,
         power(10, po.decimals - pm.decimals) as shift
  from moves m join either e using (account, object_type, object_id)
  join places po on po.code = e.currency join places pm on pm.code = m.currency),
summed as (
  select account, object_type, object_id, count(*) as transactions_count,
         sum(case when currency = object_currency then amount_minor else round(amount_minor * shift / rate) end)::bigint as booked,
         max(case when currency = object_currency then 0 else 1 end) as converted,
         arg_min(balance_transaction_id, (created_at, balance_transaction_id)) as balance_transaction_id, min(created_date) as booked_date,
         sum(abs(amount_minor) * shift / rate) as gross, sum(shift / rate) as units
  from each group by all)
select e.account, e.object_type, e.object_id, e.date, e.currency, is_object_known,
       case when booked = asked then asked else expected end as expected_minor, coalesce(transactions_count, 0) as transactions_count,
       booked as booked_minor, booked - case when booked = asked then asked else expected end as difference_minor,
       s.balance_transaction_id, booked_date, l.payout_id,
       case when e.account not in (select account from booked where reporting_category = 'charge') or e.account not in (select account from silver.charges where livemode is not false) then 'not_comparable'
            when transactions_count is null then case when e.date < (select min(created_date) from booked b where b.account = e.account and reporting_category = 'charge') then 'not_comparable'
                                                      when date_diff('day', e.date, today) > 3 then 'missing_transaction' else 'open' end
            when not is_object_known then case when e.date < (select min(created_date) from silver.charges c where c.account = e.account and livemode is not false) then 'not_comparable' when date_diff('day', e.date, today) > 3 then 'missing_object' else 'open' end
            when booked <> coalesce(asked, expected) and abs(booked - expected) > case when converted = 1 then gross * 0.001 + units + transactions_count else 0 end then 'other_amount'
            else 'matched' end as status
from either e left join summed s using (account, object_type, object_id)
left join leaving l on l.account = s.account and l.balance_transaction_id = s.balance_transaction_id, told
where required or transactions_count > 0
"""

SETTLEMENT = """
with lines as (
  select l.*, b.created_date as booked_date from silver.settlement_lines l
  left join booked b on b.account = l.account and b.balance_transaction_id = l.balance_transaction_id
                     and abs(date_diff('day', l.created_date, b.created_date)) <= 31),
told as (
  select account, balance_transaction_id, coalesce(booked_date, min(created_date)) as date, count(*) as lines_count, min(created_date) as line_date,
         count(distinct currency) as currencies, min(currency) as told_currency, max(payout_id) as told_payout_id,
         sum(amount_minor)::bigint as told, sum(fee_minor)::bigint as told_fee, sum(net_minor)::bigint as told_net,
         arg_min(settlement_line_id, (created_date, settlement_line_id)) as settlement_line_id,
         arg_min(record_id, (created_date, settlement_line_id)) as record_id,
         arg_min(reporting_category, (created_date, settlement_line_id)) as told_category
  from lines group by account, balance_transaction_id, booked_date),
ledger as (select b.*, l.payout_id from booked b left join leaving l using (account, balance_transaction_id)),
sides as (
  select coalesce(b.account, t.account) as account, coalesce(b.balance_transaction_id, t.balance_transaction_id) as balance_transaction_id,
         coalesce(b.created_date, t.date) as date, coalesce(b.currency, t.told_currency) as currency,
         coalesce(b.reporting_category, t.told_category) as reporting_category, coalesce(lines_count, 0) as lines_count, line_date,
         case when currencies = 1 then told end as told_minor, case when currencies = 1 then told_fee end as told_fee_minor,
         case when currencies = 1 then told_net end as told_net_minor, told_currency,
         b.amount_minor as booked_minor, b.fee_minor as booked_fee_minor, b.net_minor as booked_net_minor,
         coalesce(currencies = 1 and b.currency = told_currency, false) as alike, told_payout_id, b.payout_id, settlement_line_id, t.record_id
  from ledger b full join told t on t.account = b.account and t.balance_transaction_id = b.balance_transaction_id and t.date = b.created_date),
judged as (
  select *,
    exists (select 1 from silver.settlement_lines l where l.account = s.account and l.currency = s.currency and date_diff('day', l.created_date, s.date) between 1 and 7)
      and exists (select 1 from silver.settlement_lines l where l.account = s.account and l.currency = s.currency and date_diff('day', s.date, l.created_date) between 3 and 10) as in_files,
    exists (select 1 from booked b where b.account = s.account and b.currency = s.currency and date_diff('day', b.created_date, s.date) between 1 and 7) as ledger_before,
    exists (select 1 from booked b where b.account = s.account and b.currency = s.currency and date_diff('day', s.date, b.created_date) between 3 and 10) as ledger_after
  from sides s)
select account, balance_transaction_id, date, currency, reporting_category, lines_count, line_date, told_minor, told_fee_minor, told_net_minor,
       told_currency, booked_minor, booked_fee_minor, booked_net_minor, case when alike then booked_net_minor - told_net_minor end as difference_minor,
       told_payout_id, payout_id, settlement_line_id, record_id,
       case when lines_count = 0 then 'missing_line'
            when booked_net_minor is null then case when not ledger_before then 'not_comparable' when ledger_after then 'missing_transaction' else 'open' end
            when not alike then 'other_currency'
            when (told_minor, told_fee_minor, told_net_minor) <> (booked_minor, booked_fee_minor, booked_net_minor) then 'other_amount'
            when abs(date_diff('day', line_date, date)) > 1 then 'other_day'
            when told_payout_id <> payout_id then 'other_payout' else 'matched' end as status
from judged where lines_count > 0 or (in_files and coalesce(reporting_category, '') not in ('payout', 'payout_reversal'))
"""

CONVERTING = f"""
create view ecb as
select day, code, units from silver.published union all select distinct day, 'EUR', 1.0::double from silver.published;

create view places as
select * from (values ('USD', 2), ('EUR', 2), ('GBP', 2), ('JPY', 0), ('KWD', 3), ('AED', 2), ('CAD', 2), ('AUD', 2), ('CHF', 2), ('BRL', 2)) t(code, decimals);

create view earned_daily as {REVENUE};

create view rated as
with days as (select distinct currency, created_date as date from booked),
crossed as (
  select d.currency, d.date, x.day, one.units / x.units as rate
  from days d join ecb x on x.code = d.currency and date_diff('day', x.day, d.date) between 0 and 7
  join ecb one on one.code = 'GBP' and one.day = x.day where d.currency <> 'GBP'),
latest as (select currency, date, max(day) as rate_date, arg_max(rate, day) as rate from crossed group by all)
select d.currency, d.date, case when d.currency = 'GBP' then 1.0 else rate end as rate,
       case when d.currency = 'GBP' then d.date else rate_date end as rate_date,
       case when d.currency = 'GBP' then 'same' when rate is not null then 'ecb' end as rate_source,
       case when d.currency = 'GBP' then 1.0 else rate * power(10, 2 - p.decimals) end as minor_rate
from days d left join latest using (currency, date) join places p on p.code = d.currency;
"""

PARTS = ("gross", "refunds", "disputes", "platform_earnings", "transferred", "fees", "payouts_net")
BOOKED = f"""
with both_sides as (
  select account, currency, date, charges_count, {", ".join(f"{part}_minor as {part}" for part in PARTS[:-1])}, 0 as payouts_net from earned_daily
  union all
  select account, currency, created_date, 0, 0, 0, 0, 0, 0, 0, sum(net_minor) from booked
  where reporting_category in ('payout', 'payout_reversal') group by all having sum(net_minor) <> 0),
summed as (select account, currency, date, sum(charges_count)::bigint as charges_count, {", ".join(f"sum({part})::bigint as {part}" for part in PARTS)}
           from both_sides group by all),
converted as (select s.*, rate, rate_date, rate_source, {", ".join(f"round({part} * minor_rate)::bigint as c_{part}" for part in PARTS)}
              from summed s join rated using (currency, date))
select account, 'GBP' as currency, date, currency as booked_currency, charges_count, {", ".join(f"c_{part} as {part}_minor" for part in PARTS)},
       c_gross + c_refunds + c_disputes + c_platform_earnings + c_transferred - c_fees as net_revenue_minor,
       {", ".join(f"{part} as booked_{part}_minor" for part in PARTS)},
       gross + refunds + disputes + platform_earnings + transferred - fees as booked_net_revenue_minor, round(rate, 9) as rate, rate_date, rate_source
from converted
"""

CONVERTED = Oracle((*SILVER, "published"), VIEWS + CONVERTING, {"gold.revenue_converted_daily": BOOKED})
"""Of pounds, by the bank's rates as ``silver.published`` has them: there is no such table."""

SETTLED = Oracle((*SILVER, "settlement_lines"), VIEWS, {"gold.settlement_reconciliation": SETTLEMENT})
"""Of what a simulated archive has nothing of: settlement files."""

FINANCE = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.balance_transactions_enriched": "select * from enriched",
        "gold.payouts_itemized": ITEMIZED,
        "gold.payout_reconciliation": PAYOUTS,
        "gold.activity_itemized": ACTIVITY,
        "gold.balance_change_daily": CHANGES,
        "gold.ending_balance_reconciliation": ENDING,
        "gold.fees_daily": FEES,
        "gold.revenue_daily": REVENUE,
        "gold.transfers_daily": TRANSFERS,
        "gold.three_way_reconciliation": THREE_WAY,
    },
)
