"""The tables about card payments reckoned again in DuckDB, from silver alone: joins where the pipeline uses windows."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = ("charge_history", "charges", "checkout_sessions", "payment_intents")

VIEWS = """
create view attempts as
select *, coalesce(card_network, card_brand, 'unknown') as network,
       is_issuer_declined or (status = 'failed' and outcome_type is null and not is_authorized and not is_blocked) as declined,
       coalesce(payment_intent_id, invoice_id, charge_id) as payment_id,
       coalesce(decline_reason, outcome_reason, failure_code, 'unknown') as why,
       case when network_advice_code in ('02', '24', '25', '26', '27', '28', '29', '30') then 'try_again_later'
            when network_advice_code = '01' then 'confirm_card_data'
            when network_advice_code in ('03', '21', '99') then 'do_not_try_again' else coalesce(advice_code, 'unknown') end as advice
from silver.charges where livemode is not false and payment_method_type in ('card', 'card_present', 'interac_present');
"""

DECLINES = """
select account, currency, created_date as date, network, case when is_issuer_declined then 'issuer' else 'unknown' end as declined_by,
       why as decline_reason, coalesce(network_decline_code, 'none') as network_decline_code,
       coalesce(network_advice_code, 'none') as network_advice_code, a.advice, count(*) as declines_count, sum(amount_minor)::bigint as declines_minor,
       count(*) filter (a.advice in ('try_again_later', 'confirm_card_data')) as recoverable_count,
       coalesce(sum(amount_minor) filter (a.advice in ('try_again_later', 'confirm_card_data')), 0)::bigint as recoverable_minor
from attempts a where declined group by all
"""

RETRIES = """
with pairs as (
  select later.*, before.declined as was_declined, before.why as last_why, before.advice as last_advice, before.card_fingerprint as last_card,
         (epoch(later.created_at) - epoch(before.created_at))::bigint as wait,
         count(*) over (partition by later.account, later.charge_id) + 1 as number,
         row_number() over (partition by later.account, later.charge_id order by before.created_at desc, before.charge_id desc) as back
  from attempts later join attempts before on before.account = later.account and before.payment_id = later.payment_id
   and (before.created_at, before.charge_id) < (later.created_at, later.charge_id)
   and epoch(later.created_at) - epoch(before.created_at) <= 60 * 86400)
select account, currency, created_date as date, network, last_why as decline_reason, last_advice as advice,
       case when wait < 60 then 'under_1_minute' when wait < 3600 then 'under_1_hour' when wait < 86400 then 'under_1_day'
            when wait < 259200 then 'under_3_days' when wait < 604800 then 'under_7_days' else 'under_60_days' end as waited,
       case when card_fingerprint is null or last_card is null then 'unknown' when card_fingerprint = last_card then 'same' else 'other' end as card,
       number as attempt_number, count(*) as retries_count, sum(amount_minor)::bigint as retries_minor,
       count(*) filter (is_authorized) as authorized_count, coalesce(sum(amount_minor) filter (is_authorized), 0)::bigint as authorized_minor,
       count(*) filter (is_issuer_declined) as issuer_declined_count, count(*) filter (is_blocked) as blocked_count,
       count(*) filter (not is_authorized and not is_issuer_declined and not is_blocked) as undecided_count,
       sum(wait)::bigint as waited_seconds, coalesce(sum(wait) filter (is_authorized), 0)::bigint as authorized_waited_seconds
from pairs where back = 1 and was_declined group by all
"""

SECURED = """
with made as (
  select account, currency, created_date as date, network, coalesce(card_country, 'unknown') as card_country, amount_minor, is_authorized, is_issuer_declined,
         three_d_secure_flow as flow, three_d_secure_result as result,
         coalesce(three_d_secure_result, three_d_secure_flow, three_d_secure_version) is not null as tried,
         is_authorized and coalesce(three_d_secure_result, three_d_secure_flow, three_d_secure_version) is not null
           and three_d_secure_result is distinct from 'exempted' and case when three_d_secure_eci is null then coalesce(three_d_secure_result in ('authenticated', 'attempt_acknowledged'), false)
             when network = 'mastercard' then three_d_secure_eci in ('01', '02') else three_d_secure_eci in ('05', '06') end as shifted,
         0 as unfinished
  from attempts where is_card_not_present
  union all
  select account, currency, created_date, 'unknown', 'unknown', amount_minor, false, false, null, null, false, false, 1
  from silver.payment_intents
  where livemode is not false and latest_charge_id is null and coalesce(payment_method_types, 'card') like '%card%'
    and (status = 'requires_action' or (status = 'canceled' and payment_method_id is not null) or last_error_code = 'payment_intent_authentication_failure'))
select account, currency, date, network, card_country,
       count(*) filter (unfinished = 0) as attempts_count, coalesce(sum(amount_minor) filter (unfinished = 0), 0)::bigint as attempts_minor,
       count(*) filter (is_authorized) as authorized_count, coalesce(sum(amount_minor) filter (is_authorized), 0)::bigint as authorized_minor,
       count(*) filter (tried) as tried_count, coalesce(sum(amount_minor) filter (tried), 0)::bigint as tried_minor,
       count(*) filter (tried and is_authorized) as tried_authorized_count, count(*) filter (tried and is_issuer_declined) as tried_declined_count,
       count(*) filter (flow = 'challenge') as challenged_count, count(*) filter (flow = 'challenge' and result = 'authenticated') as challenged_authenticated_count,
       count(*) filter (flow = 'frictionless') as frictionless_count, count(*) filter (result = 'authenticated') as authenticated_count,
       count(*) filter (result = 'attempt_acknowledged') as acknowledged_count, count(*) filter (result = 'exempted') as exempted_count,
       count(*) filter (result = 'failed') as failed_count, count(*) filter (result = 'not_supported') as not_supported_count,
       count(*) filter (result = 'processing_error') as error_count, count(*) filter (tried and result is null) as untold_count,
       sum(unfinished)::bigint as unfinished_count, coalesce(sum(amount_minor) filter (unfinished = 1), 0)::bigint as unfinished_minor,
       count(*) filter (shifted) as shifted_count, coalesce(sum(amount_minor) filter (shifted), 0)::bigint as shifted_minor
from made group by all
"""

MIX = """
with once as (
  select account, charge_id, min(amount_captured_minor) as taken from silver.charge_history
  where event_type = 'charge.captured' and amount_captured_minor < amount_minor and amount_minor = amount_captured_minor + amount_refunded_minor group by all)
select c.account, c.currency, created_date as date, coalesce(payment_method_type, 'unknown') as payment_method_type,
       case when card then coalesce(card_network, card_brand, 'unknown') else 'none' end as network,
       case when card then coalesce(card_funding, 'unknown') else 'none' end as card_funding, coalesce(wallet_type, 'none') as wallet,
       count(*) as attempts_count, sum(amount_minor)::bigint as attempts_minor,
       count(*) filter (status = 'succeeded') as payments_count, coalesce(sum(amount_minor) filter (status = 'succeeded'), 0)::bigint as payments_minor,
       count(*) filter (status = 'succeeded' and is_captured) as captured_count,
       coalesce(sum(least(amount_captured_minor, coalesce(taken, amount_captured_minor))) filter (status = 'succeeded' and is_captured), 0)::bigint as captured_minor,
       count(*) filter (status = 'succeeded' and is_captured is not true) as uncaptured_count,
       coalesce(sum(amount_minor) filter (status = 'succeeded' and is_captured is not true), 0)::bigint as uncaptured_minor,
       count(*) filter (status = 'pending') as pending_count, count(*) filter (status = 'failed') as failed_count,
       coalesce(sum(amount_minor) filter (status = 'failed'), 0)::bigint as failed_minor, count(*) filter (status = 'failed' and is_blocked) as blocked_count
from (select *, coalesce(payment_method_type in ('card', 'card_present', 'interac_present'), false) as card from silver.charges where livemode is not false) c
left join once on once.account = c.account and once.charge_id = c.charge_id group by all
"""

FALSE = """
with declines as (select * from attempts where declined),
firsts as (
  select * from declines d where not exists (
    select 1 from declines e where e.account = d.account and e.currency = d.currency and (e.created_at, e.charge_id) < (d.created_at, d.charge_id)
      and epoch(d.created_at) - epoch(e.created_at) <= 14 * 86400
      and (e.payment_id = d.payment_id or (e.customer_id = d.customer_id and e.amount_minor = d.amount_minor)))),
payments as (
  select *, coalesce(payment_intent_id, invoice_id, charge_id) as payment_id,
         coalesce(payment_method_type in ('card', 'card_present', 'interac_present'), false) as card
  from silver.charges where livemode is not false and is_authorized),
pairs as (
  select d.*, p.charge_id as paid_id, p.card_fingerprint as paid_card, p.card as paid_with_card, p.payment_method_type as paid_method,
         (epoch(p.created_at) - epoch(d.created_at))::bigint as wait,
         row_number() over (partition by d.account, d.charge_id order by p.created_at, p.charge_id) as place
  from firsts d left join payments p on p.account = d.account and p.currency = d.currency and (p.created_at, p.charge_id) > (d.created_at, d.charge_id)
   and epoch(p.created_at) - epoch(d.created_at) <= 14 * 86400
   and (p.payment_id = d.payment_id or (p.customer_id = d.customer_id and p.amount_minor = d.amount_minor))),
told as (
  select *, case when paid_id is null and customer_id is null then 'unknown_customer' when paid_id is null then 'not_paid'
                 when paid_method is null then 'unknown_card' when not paid_with_card then 'other_method'
                 when card_fingerprint is null or paid_card is null then 'unknown_card'
                 when card_fingerprint = paid_card then 'same_card' else 'other_card' end as paid_by
  from pairs where place = 1)
select account, currency, created_date as date, network, why as decline_reason, paid_by, count(*) as declines_count, sum(amount_minor)::bigint as declines_minor,
       count(*) filter (paid_by <> 'unknown_customer') as judged_count, coalesce(sum(amount_minor) filter (paid_by <> 'unknown_customer'), 0)::bigint as judged_minor,
       count(paid_id) as false_count, coalesce(sum(amount_minor) filter (paid_id is not null), 0)::bigint as false_minor, coalesce(sum(wait), 0)::bigint as waited_seconds
from told group by all
"""

CHECKOUT = """
select account, coalesce(currency, 'XXX') as currency, created_date as date, coalesce(mode, 'unknown') as mode, coalesce(ui_mode, 'unknown') as ui_mode,
       case when recovered_from_id is not null then 'recovered' when payment_link_id is not null then 'payment_link' else 'direct' end as origin,
       count(*) as opened_count, coalesce(sum(amount_total_minor), 0)::bigint as opened_minor,
       count(*) filter (done) as completed_count, coalesce(sum(amount_total_minor) filter (done), 0)::bigint as completed_minor,
       count(*) filter (state = 'expired') as expired_count, coalesce(sum(amount_total_minor) filter (state = 'expired'), 0)::bigint as expired_minor,
       count(*) filter (not done and state <> 'expired') as open_count,
       count(*) filter (done and payment_status = 'paid') as paid_count, coalesce(sum(amount_total_minor) filter (done and payment_status = 'paid'), 0)::bigint as paid_minor,
       count(*) filter (done and payment_status = 'no_payment_required') as free_count,
       count(*) filter (done and coalesce(payment_status, '') not in ('paid', 'no_payment_required')) as unpaid_count,
       coalesce(sum(amount_discount_minor) filter (done), 0)::bigint as discount_minor
from (select *, state = 'complete' as done from (
  select *, coalesce(status, case when event_type = 'checkout.session.expired' then 'expired'
    when event_type in ('checkout.session.completed', 'checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed') then 'complete' end, 'open') as state
  from silver.checkout_sessions where livemode is not false)) group by all
"""

HEALTH = """
with firsts as (
  select * from attempts a where not exists (
    from attempts e where e.account = a.account and coalesce(e.payment_intent_id, e.charge_id) = coalesce(a.payment_intent_id, a.charge_id)
      and (e.created_at, e.charge_id) < (a.created_at, a.charge_id) and epoch(a.created_at) - epoch(e.created_at) <= 60 * 86400)),
each as (
  select account, created_date as date, segment, issuers, count(*) as n, count(*) filter (is_authorized) as k from (
    select *, unnest(['card_country', 'network', 'network_and_country']) as segment,
      unnest([coalesce(card_country, 'unknown'), network, network || ' ' || coalesce(card_country, 'unknown')]) as issuers from firsts)
  where is_authorized or is_issuer_declined group by all),
past as (
  select d.account, d.date, d.segment, d.issuers, d.n, d.k, count(e.n) as days, coalesce(sum(e.n), 0)::bigint as pn, coalesce(sum(e.k), 0)::bigint as pk,
         coalesce(sum(e.k * e.k * 1000 // e.n), 0) / 1000 as squared
  from each d left join each e on e.account = d.account and e.segment = d.segment and e.issuers = d.issuers and d.date - e.date between 1 and 28 group by all),
rates as (select *, n >= 30 and pn >= 300 and days >= 14 as enough, k / n as now, pk / nullif(pn, 0) as before, (k + pk) / (n + pn) as both_of from past),
spread as (select *, case when before > 0 and before < 1 and days > 1 then round(greatest((squared - pk * pk / pn) / (before * (1 - before)) / (days - 1), 1), 6) end as spread from rates),
far as (
  select *, round(sign(before - now) * sqrt(greatest(2 * (
      case when k > 0 then k * ln(now / both_of) else 0 end + case when n > k then (n - k) * ln((1 - now) / (1 - both_of)) else 0 end
    + case when pk > 0 then pk * ln(before / both_of) else 0 end + case when pn > pk then (pn - pk) * ln((1 - before) / (1 - both_of)) else 0 end), 0) / coalesce(spread, 1)), 4) as off from spread)
select account, date, segment, issuers, n as decided_count, k as authorized_count, days as past_days_count, pn as past_decided_count, pk as past_authorized_count, spread,
       enough as is_compared, case when enough then off end as deviation, coalesce(enough and off >= 3.7 and before - now >= 0.03, false) as is_sudden_drop
from far
"""

PAYMENTS = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.false_declines": FALSE,
        "gold.checkout_funnel_daily": CHECKOUT,
        "gold.decline_reasons": DECLINES,
        "gold.issuer_health": HEALTH,
        "gold.retries": RETRIES,
        "gold.three_d_secure_daily": SECURED,
        "gold.payment_method_mix": MIX,
    },
)
