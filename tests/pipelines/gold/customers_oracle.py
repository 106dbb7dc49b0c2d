"""The tables about customers and merchants reckoned again in DuckDB, from silver alone."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = ("charge_history", "charges", "disputes", "refunds", "accounts")

VIEWS = """
create view chargebacks as
select d.account, c.charge_id, sum(d.amount_minor) filter (d.currency = c.currency) as disputed
from silver.disputes d join silver.charges c on c.account = d.account
 and (c.charge_id = d.charge_id or (d.charge_id is null and c.payment_intent_id = d.payment_intent_id and c.status = 'succeeded' and c.is_captured))
where d.livemode is not false and d.is_chargeback and d.created_date - c.created_date between -1 and 540 group by all;
create view refunded as
select r.account, c.charge_id, coalesce(sum(r.amount_minor) filter (r.currency = c.currency and r.status not in ('failed', 'canceled')), 0) as good,
       coalesce(sum(r.amount_minor) filter (r.currency = c.currency and r.status in ('failed', 'canceled')), 0) as failed,
       count(*) filter (r.status not in ('failed', 'canceled')) as times
from (select * replace (coalesce(status, 'succeeded') as status) from silver.refunds where livemode is not false) r join silver.charges c on c.account = r.account
 and (c.charge_id = r.charge_id or (r.charge_id is null and c.payment_intent_id = r.payment_intent_id and c.status = 'succeeded' and c.is_captured))
where r.created_date - c.created_date between -1 and 540
  -- What was authorized and never taken was booked as a refund, too.
  and not (c.amount_refunded_minor > c.amount_returned_minor and r.amount_minor = c.amount_refunded_minor - c.amount_returned_minor)
group by all;
create view once as
select account, charge_id, min(amount_captured_minor) as taken from silver.charge_history
where event_type = 'charge.captured' and amount_captured_minor < amount_minor and amount_minor = amount_captured_minor + amount_refunded_minor group by all;
create view payments as
select c.account, c.currency, c.created_date as date, coalesce(c.customer_id, 'unknown') as customer_id, c.status,
       coalesce(c.status = 'succeeded' and c.is_captured, false) as taken,
       case when c.status = 'succeeded' and c.is_captured then least(c.amount_captured_minor, coalesce(o.taken, c.amount_captured_minor)) else 0 end as captured,
       case when c.status = 'succeeded' and c.is_captured then greatest(coalesce(r.good, 0), told - case when told >= coalesce(r.good + r.failed, 0) then coalesce(r.failed, 0) else 0 end) else 0 end as returned,
       coalesce(r.times, 0) as refunds, b.charge_id is not null or (c.is_disputed is true and not exists (from silver.disputes d where d.livemode is not false and d.account = c.account and d.charge_id = c.charge_id)) as contested,
       coalesce(b.disputed, case when b.charge_id is null and c.is_disputed is true and not exists (from silver.disputes d where d.livemode is not false and d.account = c.account and d.charge_id = c.charge_id) then coalesce(c.amount_captured_minor, c.amount_minor) end, 0) as disputed
from (select x.*, greatest(coalesce(x.amount_returned_minor, 0) - greatest(coalesce(x.amount_captured_minor - o.taken, 0), 0), 0) as told
      from silver.charges x left join once o using (account, charge_id)) c
left join once o using (account, charge_id) left join refunded r using (account, charge_id) left join chargebacks b using (account, charge_id)
where c.livemode is not false;
create view daily as
select account, currency, date, customer_id, count(*) as attempts_count, count(*) filter (status = 'succeeded') as payments_count,
       count(*) filter (status = 'failed') as failed_count, count(*) filter (taken) as captured_count, sum(captured)::bigint as captured_minor,
       count(*) filter (taken and (refunds > 0 or returned > 0)) as refunded_count, sum(returned)::bigint as refunded_minor,
       count(*) filter (contested) as disputed_count, sum(disputed)::bigint as disputed_minor
from payments group by all;
"""

OVERVIEW = """
with whole as (
  select account, currency, customer_id, min(date) as first_date, max(date) as last_date, min(date) filter (taken) as first_captured_date,
         max(date) filter (taken) as last_captured_date, (select max(date) from payments) as as_of_date, count(distinct date) as days_count, count(*) as attempts_count,
         count(*) filter (status = 'succeeded') as payments_count, count(*) filter (status = 'failed') as failed_count, count(*) filter (taken) as captured_count,
         sum(captured)::bigint as captured_minor, count(*) filter (taken and (refunds > 0 or returned > 0)) as refunded_count, sum(returned)::bigint as refunded_minor,
         count(*) filter (contested) as disputed_count, sum(disputed)::bigint as disputed_minor, sum(captured - returned - disputed)::bigint as lifetime_value_minor
  from payments group by all),
payers as (select * from whole where captured_count > 0 and customer_id <> 'unknown'),
scored as (
  select p.account, p.currency, p.customer_id, 1 + 5 * count(*) filter (q.last_captured_date < p.last_captured_date) // count(*) as recency_score,
         1 + 5 * count(*) filter (q.captured_count < p.captured_count) // count(*) as frequency_score,
         1 + 5 * count(*) filter (q.lifetime_value_minor < p.lifetime_value_minor) // count(*) as money_score
  from payers p join payers q using (account, currency) group by all)
select w.*, date_diff('day', last_captured_date, as_of_date) as recency_days, recency_score, frequency_score, money_score,
       case when w.customer_id = 'unknown' then 'unknown' when captured_count = 0 then 'never_paid'
            when recency_score >= 4 then case when frequency_score >= 4 then 'champion' when frequency_score = 3 then 'loyal' else 'new' end
            when recency_score = 3 then case when frequency_score >= 3 then 'loyal' else 'occasional' end
            when frequency_score >= 4 and money_score >= 4 then 'valuable_at_risk' when frequency_score >= 3 then 'at_risk' else 'lost' end as segment
from whole w left join scored using (account, currency, customer_id)
"""

COHORTS = """
with paid as (select *, date_trunc('month', date)::date as paid_in, min(date_trunc('month', date)::date) over (partition by account, currency, customer_id) as month
              from payments where taken and customer_id <> 'unknown'),
cohorts as (select account, currency, month, count(distinct customer_id) as customers_count from paid group by all),
newest as (select date_trunc('month', max(date))::date as newest from payments),
each as (select *, unnest(range(0, date_diff('month', month, newest) + 1)) as months_since from cohorts, newest)
select e.account, e.currency, e.month as date, months_since, (month + to_months(months_since::int))::date < newest as is_over, customers_count,
       (select count(distinct customer_id) from paid p where p.account = e.account and p.currency = e.currency and p.month = e.month and date_diff('month', p.month, p.paid_in) = months_since) as active_count,
       (select count(*) from paid p where p.account = e.account and p.currency = e.currency and p.month = e.month and date_diff('month', p.month, p.paid_in) = months_since) as captured_count,
       coalesce((select sum(captured) from paid p where p.account = e.account and p.currency = e.currency and p.month = e.month and date_diff('month', p.month, p.paid_in) = months_since), 0)::bigint as captured_minor,
       coalesce((select sum(captured - returned - disputed) from paid p where p.account = e.account and p.currency = e.currency and p.month = e.month and date_diff('month', p.month, p.paid_in) = months_since), 0)::bigint as kept_minor
from each e
"""

MERCHANTS = """
with newest as (select max(date) as as_of_date from payments),
known as (select * from silver.accounts a where livemode is not false and not exists (
  from silver.accounts n where n.livemode is not false and n.account_id = a.account_id and (n.version, n.known_at, n.account) > (a.version, a.known_at, a.account)))
select p.account, p.currency, any_value(k.business_name) as business_name, any_value(k.country) as country, any_value(k.mcc) as mcc,
       any_value(k.is_charges_enabled) as is_charges_enabled, any_value(k.is_payouts_enabled) as is_payouts_enabled,
       min(date) as first_date, max(date) as last_date, as_of_date, count(distinct date) as days_count, count(*) as attempts_count,
       count(*) filter (p.status = 'succeeded') as payments_count, count(*) filter (p.status = 'failed') as failed_count, count(*) filter (taken) as captured_count,
       sum(captured)::bigint as captured_minor, count(*) filter (taken and (refunds > 0 or returned > 0)) as refunded_count, sum(returned)::bigint as refunded_minor,
       count(*) filter (contested) as disputed_count, sum(disputed)::bigint as disputed_minor, sum(captured - returned - disputed)::bigint as kept_minor,
       count(distinct customer_id) filter (taken and customer_id <> 'unknown') as customers_count,
       (select count(*) from (select customer_id from payments q where q.taken and q.customer_id <> 'unknown' and q.account = p.account and q.currency = p.currency group by all having count(*) > 1)) as repeat_customers_count,
       coalesce(sum(captured) filter (as_of_date - date < 30), 0)::bigint as recent_captured_minor, coalesce(sum(captured) filter (as_of_date - date between 30 and 59), 0)::bigint as previous_captured_minor
from payments p cross join newest left join known k on k.account_id = p.account group by p.account, p.currency, as_of_date
"""

CUSTOMERS = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.customers_daily": "from daily",
        "gold.customers_overview": OVERVIEW,
        "gold.cohort_retention_monthly": COHORTS,
        "gold.merchants_overview": MERCHANTS,
    },
)
