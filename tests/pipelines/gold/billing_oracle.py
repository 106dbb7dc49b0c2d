"""Billing's tables reckoned again in DuckDB, from silver alone: month by month where the pipeline spreads intervals."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = (
    "charges", "coupons", "credit_notes", "discounts", "invoice_line_items", "invoice_payments", "invoices", "prices", "products", "subscription_history", "subscription_item_history",
)  # fmt: skip

VIEWS = """
create view clock as
select date_trunc('month', max(occurred_at))::date as newest
from (select occurred_at from silver.subscription_history union all select occurred_at from silver.invoices);

create view told as
select *, coalesce(customer_id, subscription_id) as customer, row_number() over of_subscription = 1 as is_first,
       lag(status) over of_subscription as status_before, coalesce(start_at, created_at) as began
from silver.subscription_history where livemode is not false
window of_subscription as (partition by account, subscription_id order by version);

create view held as
select *, case when occurred_at is null then began when is_first then least(valid_from, began) else valid_from end as held_from
from told;

create view paying as
select *, greatest(held_from, trial_end_at) as paid_from, case when status = 'canceled' then least(ended_at, valid_to) else valid_to end as paid_to
from held where (status in ('active', 'past_due') or (status = 'canceled' and coalesce(ended_at, valid_to) is not null))
  and coalesce(pause_behavior, 'keep_as_draft') = 'keep_as_draft';

create view items as
with each as (
  select p.account, p.subscription_id, p.customer, p.paid_from, p.paid_to, p.version_id,
         own.coupon_id as coupon, its.coupon_id as item_coupon,
         coalesce(i.subscription_item_id, p.subscription_item_id, p.subscription_id) as item,
         coalesce(i.currency, p.currency) as currency,
         case when i.account is null then p.unit_amount_minor else i.unit_amount_minor end as unit,
         case when i.account is null then p.quantity else i.quantity end as quantity,
         case when i.account is null then p.interval else i.interval end as span,
         case when i.account is null then p.interval_count else i.interval_count end as span_count,
         case when i.account is null then p.price_id else i.price_id end as price_id,
         case when i.account is null then p.product_id else i.product_id end as product_id
  from paying p
  left join (select * from silver.subscription_item_history where livemode is not false and not is_deleted) i using (account, subscription_id, version_id)
  left join silver.discounts own on own.account = p.account and own.discount_id = p.discount_id
  left join silver.discounts its on its.account = i.account and its.discount_id = i.discount_id
  where p.paid_to is null or p.paid_from < p.paid_to),
priced as (
  select e.*, coalesce(r.unit_amount_decimal, unit::double) as unit_price,
         case r.units_rounding when 'up' then ceil(coalesce(quantity, 1)::double / r.units_per_amount) when 'down' then floor(coalesce(quantity, 1)::double / r.units_per_amount)
              else coalesce(quantity, 1)::double end as units,
         case span when 'day' then 365.0::double when 'week' then 52.0::double when 'month' then 12.0::double when 'year' then 1.0::double end as times,
         coalesce(span_count, 1)::double * 12.0::double as parts, r.usage_type, r.billing_scheme
  from each e left join silver.prices r using (account, price_id) where e.currency is not null)
select *, case when usage_type = 'metered' then 'metered' when billing_scheme = 'tiered' then 'tiered'
               when times is not null and unit_price is not null then 'fixed' when times is not null and price_id is not null then 'tiered' else 'unknown' end as pricing
from priced;

create view lines as
select l.*, coalesce(l.subscription_item_id, l.subscription_id) as item, coalesce(l.currency, v.currency) as asked_in, v.customer_id as customer,
       epoch(coalesce(l.period_start_at, v.created_at))::bigint as since,
       epoch(greatest(l.period_end_at, coalesce(l.period_start_at, v.created_at)))::bigint as until
from silver.invoice_line_items l join silver.invoices v using (account, invoice_id)
where v.livemode is not false and v.status in ('open', 'paid', 'uncollectible') and coalesce(l.subscription_item_id, l.subscription_id) is not null;

create view months as
with starts as (select epoch(min(held_from))::bigint as second from held union all select min(since) from lines),
bounds as (select date_trunc('month', make_timestamp(min(second) * 1000000)) - interval 2 month as first from starts),
named as (select unnest(generate_series(first, newest::timestamp, interval 1 month)) as m from bounds, clock)
select m::date as month, epoch(m)::bigint as opens, epoch(m + interval 1 month)::bigint as closes from named;

create view valued as
with tiers as (
  select account, item, month, sum(amount_minor) as asked, since, invoice_id,
         row_number() over (partition by account, item, month order by since desc, invoice_id desc) as place
  from lines join months on since < closes and until >= closes where is_proration is not true group by account, item, month, since, invoice_id),
at_end as (
  select i.*, months.month as month, case pricing when 'fixed' then unit_price * units * times / parts when 'tiered' then coalesce(greatest(asked, 0)::double * times / parts, 0) else 0 end as monthly
  from items i join months on epoch(paid_from) < closes and (paid_to is null or epoch(paid_to) >= closes)
  left join tiers t on t.account = i.account and t.item = i.item and t.month = months.month and place = 1),
shared as (select *, floor(monthly + 0.5)::bigint as worth from at_end),
summed as (select *, sum(worth) over (partition by account, subscription_id, currency, month) as all_worth from shared),
lasting as (select * from silver.coupons where duration = 'forever' and not is_deleted)
select s.*, floor(greatest(monthly * ((1.0::double - coalesce(c.percent_off, 0) / 100.0::double) * (1.0::double - coalesce(o.percent_off, 0) / 100.0::double))
    - coalesce(case when c.currency = s.currency then c.amount_off_minor::double * times / parts end, 0)
    - coalesce(case when o.currency = s.currency then o.amount_off_minor::double * times / parts end, 0) * case when all_worth > 0 then worth::double / all_worth::double else 0 end, 0) + 0.5)::bigint as less
from summed s left join lasting c on c.account = s.account and c.coupon_id = s.item_coupon
left join lasting o on o.account = s.account and o.coupon_id = s.coupon;

create view mrr as
with sides as (
  select account, currency, month, item, subscription_id, customer, price_id, product_id, span, span_count, quantity, pricing, 1 as side,
         0 as opening, worth as closing, less, 0 as billed from valued
  union all
  select v.account, currency, n.month, item, subscription_id, customer, price_id, product_id, span, span_count, quantity, pricing, 2, worth, 0, 0, 0
  from valued v join months n on n.month = v.month + interval 1 month
  union all
  select account, asked_in, month, item, subscription_id, customer, null, null, null, null, null, null, 3, 0, 0, 0,
         case when until = since then amount_minor
              else trunc(amount_minor::hugeint * (least(closes, until) - since) // (until - since)) - trunc(amount_minor::hugeint * greatest(opens - since, 0) // (until - since)) end
  from lines join months on since < closes and greatest(until - 1, since) >= opens),
items as (
  select account, currency, month, item,
         coalesce(arg_min(customer, side), arg_min(subscription_id, side), item) as customer,
         arg_min(subscription_id, side) as subscription_id, arg_min(price_id, side) as price_id, arg_min(product_id, side) as product_id, arg_min(span, side) as span,
         arg_min(span_count, side) as span_count, arg_min(quantity, side) as quantity, coalesce(arg_min(pricing, side), 'unknown') as pricing,
         sum(opening)::bigint as opening, sum(closing)::bigint as closing, sum(less)::bigint as less, sum(billed)::bigint as billed
  from sides group by account, currency, month, item),
firsts as (
  select account, currency, customer, min(paid_from) as first_paid from main.items where pricing = 'tiered' or (pricing = 'fixed' and unit_price * units * times > 0) group by all),
customers as (
  select i.account, i.currency, i.customer, i.month, sum(opening) as opened, sum(closing) as closed, min(first_paid) as first_paid
  from items i left join firsts f on f.account = i.account and f.currency = i.currency and f.customer = i.customer group by all),
moved as (
  select i.*, case when opened = closed then 'none' when opened = 0 and epoch(first_paid) < opens then 'reactivated' when opened = 0 then 'new'
                   when closed = 0 then 'churned' when closed > opened then 'expansion' else 'contraction' end as movement, closes
  from items i join customers using (account, currency, customer, month) join months using (month))
select m.*, case when movement <> 'churned' or opening = 0 then null
    when h.status = 'unpaid' then 'involuntary' when h.status = 'canceled' and h.cancellation_reason in ('payment_failed', 'payment_disputed') then 'involuntary'
    when h.status = 'canceled' and h.cancellation_reason is null and h.status_before in ('past_due', 'unpaid') and h.is_cancel_at_period_end is not true then 'involuntary'
    when h.status = 'canceled' then 'voluntary' when h.status = 'paused' or h.pause_behavior in ('void', 'mark_uncollectible') then 'paused' else 'other' end as churn_reason
from moved m left join held h on h.account = m.account and h.subscription_id = m.subscription_id
 and epoch(h.held_from) < closes and (h.valid_to is null or epoch(h.valid_to) >= closes);
"""


MRR = """
select account, currency, month as date, item as subscription_item_id, subscription_id, customer as customer_id, price_id, product_id, span as interval,
       span_count as interval_count, quantity, pricing, movement, churn_reason, opening as opening_minor,
       case when movement = 'new' then closing - opening else 0 end as new_minor,
       case when movement = 'reactivated' then closing - opening else 0 end as reactivated_minor,
       case when movement in ('expansion', 'none') then closing - opening else 0 end as expansion_minor,
       case when movement = 'contraction' then closing - opening else 0 end as contraction_minor,
       case when movement = 'churned' then closing - opening else 0 end as churned_minor,
       closing as closing_minor, less as discounted_minor, billed as billed_minor
from mrr
"""

CHURN = """
with customers as (
  select account, currency, month, customer, movement, sum(opening)::bigint as opening, sum(closing)::bigint as closing,
         first(churn_reason order by opening desc, item) as reason from mrr group by all having sum(opening) > 0 or sum(closing) > 0),
lost as (
  select account, currency, month, coalesce(churn_reason, 'none') as reason, sum(opening)::bigint as lost from mrr where movement = 'churned' group by all)
select account, currency, month as date, count(*) filter (opening > 0) as opening_customers_count, count(*) filter (movement = 'new') as new_customers_count,
       count(*) filter (movement = 'reactivated') as reactivated_customers_count, count(*) filter (movement = 'churned') as churned_customers_count,
       count(*) filter (reason = 'voluntary') as voluntary_customers_count, count(*) filter (reason = 'involuntary') as involuntary_customers_count,
       count(*) filter (reason = 'paused') as paused_customers_count, count(*) filter (reason = 'other') as other_customers_count,
       count(*) filter (closing > 0) as closing_customers_count, sum(opening)::bigint as opening_minor,
       coalesce(sum(closing) filter (movement = 'new'), 0)::bigint as new_minor, coalesce(sum(closing) filter (movement = 'reactivated'), 0)::bigint as reactivated_minor,
       sum(greatest(closing - opening, 0)) filter (opening > 0)::bigint as grown, coalesce(grown, 0) as expansion_minor,
       sum(greatest(opening - closing, 0)) filter (closing > 0)::bigint as shrunk, coalesce(shrunk, 0) as contraction_minor,
       coalesce(sum(opening) filter (closing = 0), 0)::bigint as churned_minor,
       coalesce((select sum(lost) from lost l where (l.account, l.currency, l.month, l.reason) = (c.account, c.currency, c.month, 'voluntary')), 0)::bigint as voluntary_minor,
       coalesce((select sum(lost) from lost l where (l.account, l.currency, l.month, l.reason) = (c.account, c.currency, c.month, 'involuntary')), 0)::bigint as involuntary_minor,
       coalesce((select sum(lost) from lost l where (l.account, l.currency, l.month, l.reason) = (c.account, c.currency, c.month, 'paused')), 0)::bigint as paused_minor,
       coalesce((select sum(lost) from lost l where (l.account, l.currency, l.month, l.reason) = (c.account, c.currency, c.month, 'other')), 0)::bigint as other_minor,
       sum(closing)::bigint as closing_minor,
       case when opening_customers_count > 0 then churned_customers_count::double / opening_customers_count::double end as customer_churn_rate,
       case when sum(opening) > 0 then churned_minor::double / sum(opening)::double end as revenue_churn_rate
from customers c group by account, currency, month
"""

VIEWS += """
create view bills as
select *, coalesce(finalized_at, created_at)::date as day, coalesce(finalized_at, created_at) as since from silver.invoices
where livemode is not false and status is not null;

create view tried as
  select distinct b.account, b.invoice_id, c.charge_id, c.status, c.created_at, c.card_fingerprint as card, c.amount_returned_minor, c.is_disputed, c.payment_method_type,
         coalesce(c.card_network, c.card_brand, 'unknown') as network,
         case when c.payment_method_type in ('card', 'card_present', 'interac_present') then 'card' else c.payment_method_type end as method,
         coalesce(c.decline_reason, c.outcome_reason, c.failure_code, 'unknown') as reason
  from bills b left join silver.invoice_payments p on p.account = b.account and p.invoice_id = b.invoice_id and p.created_date between b.day - 1 and b.day + 180
  join silver.charges c on c.account = b.account and c.livemode is not false and c.created_date between b.day - 1 and b.day + 180
   and (c.invoice_id = b.invoice_id or c.charge_id in (b.charge_id, p.charge_id) or c.payment_intent_id in (b.payment_intent_id, p.payment_intent_id));
"""

DUNNING = """
with facts as (
  select account, invoice_id, count(*) filter (status = 'failed') as failed, bool_or(status = 'pending') as pending,
         first(reason order by created_at, charge_id) filter (status = 'failed') as reason, min(created_at) filter (status = 'failed') as failed_at,
         first(method order by created_at, charge_id) filter (status = 'failed') as failed_method, first(card order by created_at, charge_id) filter (status = 'failed') as failed_card,
         last(method order by created_at, charge_id) filter (status = 'succeeded') as paid_method, last(card order by created_at, charge_id) filter (status = 'succeeded') as paid_card
  from tried group by account, invoice_id),
counted as (
  select b.*, f.* exclude (account, invoice_id), coalesce(pending, false) as waits,
         greatest(coalesce(failed, 0), coalesce(attempt_count, 0) - (b.status = 'paid' or coalesce(pending, false))::int)::bigint as failures,
         exists (select 1 from silver.invoice_payments o where o.account = b.account and o.invoice_id = b.invoice_id and o.payment_record_id is not null and o.status = 'paid') as outside
  from bills b left join facts f on f.account = b.account and f.invoice_id = b.invoice_id)
select account, currency, day as date, invoice_id, customer_id, subscription_id, billing_reason, collection_method, amount_due_minor as amount_minor,
       failures as failed_attempts_count, coalesce(reason, 'unknown') as decline_reason, failed_at as first_failed_at,
       case when status = 'paid' then 'recovered' when status <> 'open' then status when next_payment_attempt_at is not null or waits then 'retrying' else 'unpaid' end as outcome,
       case when status <> 'paid' then null when outside then 'outside' when paid_method is null or failed_method is null then 'unknown' when paid_method <> failed_method then 'other_method'
            when paid_method <> 'card' then 'same' when paid_card is null or failed_card is null then 'unknown' when paid_card = failed_card then 'same' else 'other_card' end as recovered_by,
       case when status = 'paid' then paid_at end as recovered_at,
       case when status = 'paid' and paid_at is not null then greatest(epoch(paid_at)::bigint - epoch(coalesce(failed_at, since))::bigint, 0) end as recovery_seconds,
       case when status = 'paid' then greatest(coalesce(amount_paid_minor, amount_due_minor), 0) else 0 end as recovered_minor,
       case when status in ('uncollectible', 'void') then greatest(coalesce(amount_remaining_minor, amount_due_minor), 0) else 0 end as lost_minor
from counted where failures > 0 and status <> 'draft'
"""

ENRICHED = """
with charged as (
  select account, invoice_id, count(*) filter (status = 'failed') as failed, last(charge_id order by created_at, charge_id) filter (status = 'succeeded') as charge_id,
         coalesce(sum(amount_returned_minor) filter (status = 'succeeded'), 0)::bigint as returned, bool_or(coalesce(is_disputed, false)) filter (status = 'succeeded') as disputed
  from tried group by account, invoice_id),
listed as (
  select account, invoice_id, count(*) as lines, sum(amount_minor)::bigint as amount, coalesce(sum(amount_minor) filter (is_proration), 0)::bigint as prorations,
         coalesce(sum(amount_minor) filter (subscription_id is null and subscription_item_id is null), 0)::bigint as unplanned
  from silver.invoice_line_items group by all),
noted as (
  select account, invoice_id, count(*) as notes, sum(amount_minor)::bigint as credited from silver.credit_notes
  where livemode is not false and status is distinct from 'void' group by all)
select b.account, b.currency, b.day as date, b.invoice_id, b.created_at, number, b.status, billing_reason, collection_method, b.customer_id, b.subscription_id, finalized_at, due_at,
       paid_at, period_start_at, period_end_at, attempt_count, subtotal_minor, tax_minor, total_minor, amount_due_minor, amount_paid_minor, amount_remaining_minor,
       starting_balance_minor, application_fee_minor, coalesce(lines, 0) as lines_count, coalesce(amount, 0) as lines_minor, coalesce(prorations, 0) as prorations_minor,
       coalesce(unplanned, 0) as unplanned_minor, coalesce(notes, 0) as credit_notes_count, coalesce(credited, 0) as credited_minor, coalesce(failed, 0) as failed_charges_count,
       c.charge_id, t.created_at as charged_at, t.payment_method_type, case when t.method = 'card' then t.network when t.charge_id is not null then 'none' end as network,
       coalesce(returned, 0) as returned_minor, case when c.charge_id is not null then disputed end as is_disputed,
       case when paid_at is not null then greatest(epoch(paid_at)::bigint - epoch(since)::bigint, 0) end as payment_seconds,
       due_at::date as due_date
from bills b left join charged c on c.account = b.account and c.invoice_id = b.invoice_id
left join tried t on t.account = b.account and t.invoice_id = b.invoice_id and t.charge_id = c.charge_id
left join listed l on l.account = b.account and l.invoice_id = b.invoice_id left join noted n on n.account = b.account and n.invoice_id = b.invoice_id
"""

LINES = """
select l.account, coalesce(l.currency, b.currency) as currency, b.day as date, l.invoice_line_item_id, l.invoice_id, b.status, b.billing_reason, b.customer_id, b.paid_at,
       coalesce(l.subscription_id, b.subscription_id) as subscription_id,
       case when l.is_proration then 'proration' when p.usage_type = 'metered' then 'usage'
            when l.line_type = 'subscription_item_details' or l.subscription_item_id is not null or l.subscription_id is not null then 'subscription'
            when l.line_type is not null or l.invoice_item_id is not null then 'single' else 'unknown' end as kind,
       l.place, l.amount_minor, l.quantity, l.unit_amount, l.is_proration, l.is_discountable, l.period_start_at, l.period_end_at, l.subscription_item_id, l.invoice_item_id,
       l.price_id, l.product_id, l.discount_id, p.nickname, p.interval, p.interval_count, p.usage_type, p.billing_scheme,
       (select max(product_name) from silver.products d where d.account = l.account and d.product_id = l.product_id) as product_name,
       (select max(coupon_id) from silver.discounts d where d.account = l.account and d.discount_id = l.discount_id) as coupon_id
from silver.invoice_line_items l join bills b using (account, invoice_id) left join silver.prices p on p.account = l.account and p.price_id = l.price_id
"""

COUPONS = """
with finalized as (
  select *, coalesce(finalized_at, created_at)::date as date, coalesce(total_excluding_tax_minor, total_minor - coalesce(tax_minor, 0)) as net
  from silver.invoices where livemode is not false and status in ('open', 'paid', 'uncollectible')),
listed as (
  select *, unnest(from_json(discount_amounts, '[{"amount": "BIGINT", "discount": "VARCHAR"}]')) as one from finalized where discount_amounts is not null),
used as (
  select account, currency, date, invoice_id, customer_id, subtotal_minor, net, one.discount as use,
         case when one.discount = discount_id then coupon_id end as own, one.amount as amount from listed
  union all
  select account, currency, date, invoice_id, customer_id, subtotal_minor, net, coalesce(discount_id, coupon_id || ' ' || coalesce(subscription_id, customer_id)),
         coupon_id, subtotal_minor + coalesce(tax_minor, 0) - total_minor
  from finalized where discount_amounts is null and coupon_id is not null),
told as (
  select u.*, coalesce(d.coupon_id, own, 'unknown') as coupon_id,
         not exists (select 1 from used o where o.account = u.account and o.use = u.use and o.amount > 0 and (o.date, o.invoice_id) < (u.date, u.invoice_id)) as is_first,
         not exists (select 1 from finalized f where f.account = u.account and f.customer_id = u.customer_id and (f.date, f.invoice_id) < (u.date, u.invoice_id)) as is_new
  from used u left join silver.discounts d on d.account = u.account and d.discount_id = u.use where u.amount > 0),
bills as (
  select account, currency, date, coupon_id, invoice_id, any_value(subtotal_minor) as subtotal, any_value(net) as net, sum(amount) as amount,
         count(*) filter (is_first) as firsts, bool_or(is_new) as is_new
  from told group by all)
select account, currency, date, coupon_id, sum(firsts)::bigint as redemptions_count, count(*) as invoices_count, count(*) filter (is_new) as new_customers_count,
       sum(amount)::bigint as discounted_minor, sum(subtotal)::bigint as subtotal_minor, sum(net)::bigint as net_invoiced_minor
from bills group by all
"""

BILLING = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.subscription_items_mrr_monthly": MRR,
        "gold.churn_monthly": f"select * exclude (grown, shrunk) from ({CHURN})",
        "gold.dunning": DUNNING,
        "gold.invoices_enriched": ENRICHED,
        "gold.invoice_lines_enriched": LINES,
        "gold.coupons_used": COUPONS,
    },
)
