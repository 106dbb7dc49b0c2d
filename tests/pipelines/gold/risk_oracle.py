"""The tables about risk reckoned again in DuckDB, from silver alone."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = (
    "accounts", "balance_transactions", "charge_history", "charges", "dispute_history", "disputes", "early_fraud_warnings",
    "refunds", "reviews",
)  # fmt: skip

VIEWS = """
create view card_attempts as
select *, coalesce(card_network, card_brand, 'unknown') as network,
       coalesce(is_issuer_declined or (status = 'failed' and outcome_type is null and not is_authorized and not is_blocked), false) as declined
from silver.charges where livemode is not false and is_card_not_present;

create view paid as
select *, case when payment_method_type in ('card', 'card_present', 'interac_present') then coalesce(card_network, card_brand, 'unknown') else 'none' end as paid_network,
       status = 'succeeded' and is_captured is true as taken
from silver.charges where livemode is not false;

create view raised as
select d.*, p.charge_id as paid_id, p.created_date as paid_on, p.currency as paid_currency, p.amount_minor as paid_minor, p.is_card_not_present as distant,
       p.three_d_secure_result as secured, p.customer_id as payer, coalesce(nullif(p.paid_network, 'unknown'), d.card_network, d.card_brand, 'unknown') as over
from silver.disputes d left join paid p on p.account = d.account and (p.charge_id = d.charge_id or (d.charge_id is null and p.taken and p.payment_intent_id = d.payment_intent_id))
 and datediff('day', p.created_date, d.created_date) between -1 and 540
where d.livemode is not false;

create view warned as
select w.account, w.created_date, p.currency, p.amount_minor, p.paid_network, p.is_card_not_present as distant, p.three_d_secure_result as secured
from silver.early_fraud_warnings w join paid p on p.account = w.account and (p.charge_id = w.charge_id or (w.charge_id is null and p.taken and p.payment_intent_id = w.payment_intent_id))
 and datediff('day', p.created_date, w.created_date) between -1 and 540
where w.livemode is not false;
"""

CARD_TESTING = """
select account, currency, created_date as date, hour(created_at) as hour_of_day, min(created_at) as first_at, max(created_at) as last_at,
       count(*) as attempts_count, sum(amount_minor)::bigint as attempts_minor, count(distinct card_fingerprint) as cards_count,
       count(distinct ip_address) as ip_addresses_count, count(distinct customer_id) as customers_count,
       count(*) filter (declined or is_blocked) as refused_count, count(*) filter (declined or is_blocked) / count(*) as refused_rate,
       count(*) filter (declined) as declined_count, count(*) filter (is_blocked) as blocked_count, count(*) filter (is_authorized) as authorized_count,
       coalesce(sum(amount_minor) filter (is_authorized), 0)::bigint as authorized_minor,
       count(distinct case when is_authorized then card_fingerprint end) as authorized_cards_count, count(*) filter (network = 'visa') as visa_attempts_count
from card_attempts
where amount_minor <= case currency when 'JPY' then 1500 when 'SEK' then 10000 when 'MXN' then 20000 when 'INR' then 90000 when 'DKK' then 7000 when 'NOK' then 10000
                                    when 'CZK' then 25000 when 'HUF' then 400000 when 'KWD' then 3000 when 'ZAR' then 20000 else 1000 end
group by all having count(distinct card_fingerprint) >= 10 and count(*) filter (declined or is_blocked) * 2 >= count(*)
"""

DISPUTES = """
with course as (
  select account, dispute_id, min(valid_from) filter (status in ('under_review', 'warning_under_review') or submission_count > 0) as answered,
         min(valid_from) filter (is_closed) as closed
  from silver.dispute_history where livemode is not false and event_type is not null group by all),
asked as (select distinct account, dispute_id from silver.dispute_history where livemode is not false and is_inquiry),
told as (
  select r.*, c.answered, c.closed, r.is_inquiry or exists (from asked a where a.account = r.account and a.dispute_id = r.dispute_id) as was_inquiry, submission_count > 0 or status in ('under_review', 'warning_under_review') or answered is not null as contested
  from raised r left join course c using (account, dispute_id))
select account, dispute_id, created_date as date, created_at, currency, amount_minor,
       case when is_prevented then 'prevented' when is_inquiry then 'inquiry' else 'chargeback' end as kind, was_inquiry, over as network, coalesce(reason, 'unknown') as reason,
       case when reason = 'fraudulent' then 'fraud' when reason in ('product_not_received', 'product_unacceptable', 'subscription_canceled', 'credit_not_processed') then 'consumer'
            when reason in ('duplicate', 'bank_cannot_process', 'check_returned', 'debit_not_authorized', 'incorrect_account_details', 'insufficient_funds') then 'processing' else 'other' end as reason_group,
       coalesce(network_reason_code, 'none') as network_reason_code, status,
       case when is_prevented then 'prevented' when status in ('won', 'lost') then status when is_closed then 'closed' else 'open' end as outcome,
       case when is_prevented then 'not_needed' when contested then 'contested'
            when status in ('needs_response', 'warning_needs_response') and is_past_due is not true then 'awaiting_response' else 'uncontested' end as response,
       evidence_due_at, answered as responded_at, (epoch(answered) - epoch(created_at))::bigint as response_seconds, case when is_closed then closed end as closed_at,
       case when is_prevented or status in ('won', 'lost') or is_closed then 0 else amount_minor end::bigint as at_stake_minor,
       coalesce(charge_id, paid_id) as charge_id, paid_on as payment_date, paid_currency as payment_currency, paid_minor as payment_minor,
       datediff('day', paid_on, created_date)::bigint as raised_after_days, distant as is_card_not_present, secured as three_d_secure_result, payer as customer_id
from told
"""

MONITORING = f"""
with probed as ({CARD_TESTING}),
cases as (
  select account, created_date as date, 'vamp' as basis, 1 as n, amount_minor as minor, currency from raised where is_chargeback and over = 'visa' and distant
  union all select account, created_date, 'vamp', 1, amount_minor, currency from warned where paid_network = 'visa' and distant
  union all select account, created_date, 'previous_month', 1, amount_minor, currency from raised where is_chargeback and over = 'mastercard'
  union all select account, created_date, 'fraud', 1, amount_minor, currency from raised
            where is_chargeback and over = 'mastercard' and distant and (network_reason_code in ('4837', '4863') or (network_reason_code is null and reason = 'fraudulent'))
  union all select account, created_date, 'secure', 1, amount_minor, currency from warned where paid_network = 'visa' and secured = 'authenticated'
  union all select account, date, 'enumeration', visa_attempts_count, 0, currency from probed where visa_attempts_count > 0),
measured as (
  select account, date_trunc('month', created_date)::date as month, 'vamp' as basis, 1 as n, 0 as minor, 0 as safe from paid where taken and paid_network = 'visa' and is_card_not_present
  union all select account, (date_trunc('month', created_date) + interval 1 month)::date, 'previous_month', 1, 0, 0 from paid where taken and paid_network = 'mastercard'
  union all select account, (date_trunc('month', created_date) + interval 1 month)::date, 'fraud', is_card_not_present::int, 0, (three_d_secure_result is not distinct from 'authenticated')::int from paid where taken and paid_network = 'mastercard'
  union all select account, date_trunc('month', created_date)::date, 'secure', 1, case currency when 'USD' then amount_captured_minor else 0 end, 1 from paid where taken and paid_network = 'visa' and three_d_secure_result = 'authenticated'
  union all select account, date_trunc('month', created_date)::date, 'enumeration', 1, 0, 0 from paid where paid_network = 'visa'),
newest as (select max(d) as last from (select max(created_date) as d from paid where taken or paid_network <> 'none' union all select max(created_date) from raised union all select max(created_date) from warned)),
months as (
  select account, month, basis, sum(c)::bigint as cases, sum(usd)::bigint as usd, sum(other)::bigint as other, sum(p)::bigint as payments, sum(paid)::bigint as paid, sum(safe)::bigint as safe from (
    select account, date_trunc('month', date)::date as month, basis, n as c, case currency when 'USD' then minor else 0 end as usd, case currency when 'USD' then 0 else n end as other, 0 as p, 0 as paid, 0 as safe from cases
    union all select account, month, basis, 0, 0, 0, n, minor, safe from measured) group by all having sum(c) > 0 or sum(p) > 0),
known as (
  select m.*, least(last_day(month), last) as until, day(least(last_day(month), last)) as k, day(last_day(month)) as days, basis = 'secure' as money,
         case basis when 'secure' then usd else cases end as up, case basis when 'secure' then paid else payments end as down,
         coalesce(a.country, case when false then '' end) as country
  from months m cross join newest left join (select account_id, max(country) as country from silver.accounts group by all) a on a.account_id = m.account where month <= last),
placed as (
  select *, case when basis in ('previous_month', 'fraud') then case when country in ('DE', 'GB', 'JP') then 'regulated' when country is not null then 'unregulated' end
                 else case country when 'US' then 'US' when 'DE' then 'EU' when 'GB' then 'EU' when 'JP' then 'AP' when 'AE' then 'CEMEA' end end as region from known),
lines(programme, level, applies_to, network, basis, place, since, til, bps, least_cases, least_payments, least_usd, safe_bps, exceed) as (values
  ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'US', '2025-04-01', '2026-03-31', 220, 1500, 0, null, null, 0), ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'US', '2026-04-01', '9999-01-01', 150, 1500, 0, null, null, 0),
  ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'EU', '2025-04-01', '2026-03-31', 220, 1500, 0, null, null, 0), ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'EU', '2026-04-01', '9999-01-01', 150, 1500, 0, null, null, 0),
  ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'AP', '2025-04-01', '2026-03-31', 220, 1500, 0, null, null, 0), ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'AP', '2026-04-01', '9999-01-01', 150, 1500, 0, null, null, 0),
  ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'CEMEA', '2025-04-01', '9999-01-01', 220, 150, 0, 7500000, null, 0), ('VAMP', 'excessive', 'merchant', 'visa', 'vamp', 'unknown', '2025-04-01', '9999-01-01', null, 1500, 0, null, null, 0),
  ('VAMP', 'above_standard', 'acquirer', 'visa', 'vamp', 'all', '2025-04-01', '9999-01-01', 50, 1500, 0, null, null, 0), ('VAMP', 'excessive', 'acquirer', 'visa', 'vamp', 'all', '2025-04-01', '9999-01-01', 70, 1500, 0, null, null, 0),
  ('VAMP_ENUMERATION', 'excessive', 'merchant', 'visa', 'enumeration', 'all', '2025-04-01', '9999-01-01', 2000, 300000, 0, null, null, 0),
  ('ECM', 'ECM', 'merchant', 'mastercard', 'previous_month', 'all', '1970-01-01', '9999-01-01', 150, 100, 0, null, null, 0), ('ECM', 'HECM', 'merchant', 'mastercard', 'previous_month', 'all', '1970-01-01', '9999-01-01', 300, 300, 0, null, null, 0),
  ('EFM', 'EFM', 'merchant', 'mastercard', 'fraud', 'unregulated', '1970-01-01', '9999-01-01', 50, 0, 1000, 5000000, 1000, 1), ('EFM', 'EFM', 'merchant', 'mastercard', 'fraud', 'regulated', '1970-01-01', '9999-01-01', 50, 0, 1000, 5000000, 5000, 1),
  ('EFM', 'EFM', 'merchant', 'mastercard', 'fraud', 'unknown', '1970-01-01', '9999-01-01', null, 0, 1000, null, 1000, 1),
  ('VISA_SECURE', 'excessive', 'merchant', 'visa', 'secure', 'US', '1970-01-01', '9999-01-01', 90, 0, 0, 7500000, null, 0), ('VISA_SECURE', 'excessive', 'merchant', 'visa', 'secure', 'unknown', '1970-01-01', '9999-01-01', null, 0, 0, null, null, 0)),
lined as (
  select p.*, l.* exclude (basis, place, since, til), case when p.basis in ('previous_month', 'fraud') then down else down * days // k end as ended, (2 * up * days + k) // (2 * k) as coming,
         (cases + 0.5) * (days - k) / k as rest, usd * days // k as coming_usd
  from placed p join lines l on l.basis = p.basis and (l.place = 'all' or l.place = coalesce(p.region, 'unknown')) and month between l.since::date and l.til::date),
drawn as (
  select *, case when bps is not null then greatest(case exceed when 1 then ended * bps // 10000 + 1 else (ended * bps + 9999) // 10000 end, least_cases, case when money then least_usd else 0 end, 1) end as line,
         up + case when money then case when cases > 0 then floor(greatest(floor(rest - 1.645 * sqrt(rest * days / k)), 0) * (up / cases)) else 0 end else greatest(floor(rest - 1.645 * sqrt(rest * days / k)), 0) end as low,
         case when days = k then up when not money then up + ceil(rest + 1.645 * sqrt(rest * days / k)) when cases > 0 then up + ceil(ceil(rest + 1.645 * sqrt(rest * days / k)) * (up / cases)) end as high
  from lined),
running as (select account, basis, date, date_trunc('month', date)::date as month, sum(sum(n)) over w as n, sum(sum(case currency when 'USD' then minor else 0 end)) over w as usd
            from cases group by account, basis, date window w as (partition by account, basis, date_trunc('month', date) order by date)),
judged as (
  select d.*, not money and least_usd is not null as asks,
    (select min(date) from running r where r.account = d.account and r.basis = d.basis and r.month = d.month and case when money then r.usd else r.n end >= line
       and (money or least_usd is null or r.usd > least_usd - 1 + exceed)) as first_day,
    case when line is null then 'unknown_region' when (not money and ended < least_payments) or safe * 10000 > payments * safe_bps then 'not_applicable'
         when up >= line and (money or least_usd is null or usd > least_usd - 1 + exceed) then 'reached'
         when coming >= line and (money or least_usd is null or coming_usd > least_usd - 1 + exceed) then 'expected'
         when high >= line and (money or least_usd is null or coming_usd > least_usd - 1 + exceed) then 'possible'
         when high >= line and other > 0 then 'check_amount' else 'below' end as status
  from drawn d)
select account, month as date, programme, level, applies_to, network, basis, region, bps / 10000 as limit_rate, least_cases::bigint as limit_count, least_usd::bigint as limit_usd_minor,
       until as known_until, until = last_day(month) as is_complete, cases as cases_count, usd as cases_usd_minor, other as other_currency_cases_count, payments as payments_count, safe as three_d_secure_count,
       case when money then 'usd_minor' else 'count' end as unit, up as numerator, down as denominator, case when down > 0 then up / down end as case_rate, coming::bigint as projected_numerator,
       low::bigint as projected_low, high::bigint as projected_high, ended::bigint as projected_denominator, case when ended > 0 then coming / ended end as projected_rate, line::bigint as line, (line - up)::bigint as headroom,
       status, case status when 'reached' then first_day when 'expected' then (until + greatest(least(ceil((line - up) * k / up), days - k), 1)::int)::date end as crossed_on
from judged
"""

MERCHANTS = """
with once as (
  select account, charge_id, min(amount_captured_minor) as first_taken from silver.charge_history
  where event_type = 'charge.captured' and amount_captured_minor < amount_minor and amount_minor = amount_captured_minor + amount_refunded_minor group by all),
day as (
  select account, currency, created_date as d, 1 as n, least(amount_captured_minor, coalesce(first_taken, amount_captured_minor)) as minor, 0 as back, 0 as cb, 0 as cb_minor, 0 as w
  from paid left join once using (account, charge_id) where taken
  union all select r.account, r.currency, r.created_date, 0, 0, r.amount_minor, 0, 0, 0 from silver.refunds r join paid p on p.account = r.account and p.charge_id = r.charge_id and p.taken
    where r.livemode is not false and coalesce(r.status, '') not in ('failed', 'canceled') and r.amount_minor is distinct from nullif(p.amount_refunded_minor - p.amount_returned_minor, 0)
  union all select account, currency, created_date, 0, 0, 0, 1, amount_minor, 0 from raised where is_chargeback
  union all select account, currency, created_date, 0, 0, 0, 0, 0, 1 from warned),
days as (select account, currency, d, sum(n) as n, sum(minor) as minor, sum(back) as back, sum(cb) as cb, sum(cb_minor) as cb_minor, sum(w) as w from day group by all),
newest as (select greatest((select max(created_date) from silver.charges where livemode is not false), (select max(d) from days where n + cb + w > 0)) as last),
calendar as (select distinct account, currency, (d + k::int)::date as date from days, range(56) t(k), newest where d + k::int <= last),
rolled as (
  select c.account, c.currency, c.date, sum(n) filter (c.date - d < 28) as n, sum(minor) filter (c.date - d < 28) as minor, sum(n) filter (c.date - d >= 28) as n0, sum(minor) filter (c.date - d >= 28) as minor0,
         sum(minor) filter (c.date - d < 7) as week, max(minor) filter (c.date - d < 28) as largest, sum(back) filter (c.date - d < 28) as back, sum(back) filter (c.date - d >= 28) as back0,
         sum(cb) filter (c.date - d < 28) as cb, sum(cb) filter (c.date - d >= 28) as cb0, sum(cb_minor) filter (c.date - d < 28) as cb_minor, sum(w) filter (c.date - d < 28) as w
  from calendar c join days using (account, currency) where c.date - d between 0 and 55 group by all),
booked as (select account, currency, created_date as d, sum(sum(net_minor)) over (partition by account, currency order by created_date) as closing
           from silver.balance_transactions where livemode is not false group by account, currency, created_date),
facts as (
  select account, currency, date, coalesce(n, 0)::bigint as captured_count, coalesce(minor, 0)::bigint as captured_minor, coalesce(n0, 0)::bigint as captured_before_count, coalesce(minor0, 0)::bigint as captured_before_minor,
         coalesce(week, 0)::bigint as week_captured_minor, coalesce(largest, 0)::bigint as largest_day_minor, coalesce(back, 0)::bigint as refunded_minor, coalesce(back0, 0)::bigint as refunded_before_minor,
         coalesce(cb, 0)::bigint as chargebacks_count, coalesce(cb0, 0)::bigint as chargebacks_before_count, coalesce(cb_minor, 0)::bigint as chargebacks_minor, coalesce(w, 0)::bigint as early_fraud_warnings_count,
         (select arg_max(closing, d) from booked b where b.account = r.account and b.currency = r.currency and r.date - d between 0 and 27)::bigint as closing_minor,
         (select r.date - min(created_date) from silver.accounts a where a.account_id = r.account having min(created_date) <= r.date)::bigint as age_days
  from rolled r where coalesce(n, 0) + coalesce(n0, 0) + coalesce(back, 0) + coalesce(back0, 0) + coalesce(cb, 0) + coalesce(cb0, 0) + coalesce(w, 0) > 0),
pointed as (
  select *, greatest(-coalesce(closing_minor, 0), 0)::bigint as negative_minor,
         coalesce(floor(25 * least(greatest((chargebacks_count / nullif(captured_count, 0) - 0.003::double) / (0.01::double - 0.003::double), 0), 1)), 0)::bigint as dispute_points,
         case when chargebacks_count < 3 then 0 else coalesce(floor(10 * least(greatest(((chargebacks_count * captured_before_count) / nullif(greatest(chargebacks_before_count, 1) * captured_count, 0) - 1) / 2, 0), 1)), 0) end::bigint as dispute_trend_points,
         coalesce(floor(15 * least(greatest((refunded_minor / nullif(captured_minor, 0) - 0.05::double) / (0.25::double - 0.05::double), 0), 1)), 0)::bigint as refund_points,
         coalesce(floor(5 * least(greatest((refunded_minor::double * captured_before_minor / nullif(refunded_before_minor::double * captured_minor, 0) - 1) / 2, 0), 1)), 0)::bigint as refund_trend_points,
         coalesce(floor(15 * least(greatest((3 * week_captured_minor / nullif(captured_minor - week_captured_minor, 0) - 1.5) / 2.5, 0), 1)), 0)::bigint as volume_points,
         case when closing_minor < 0 and captured_minor = 0 then 20 when closing_minor < 0 then floor(20 * least(greatest(-closing_minor / captured_minor / 0.1::double, 0), 1)) else 0 end::bigint as negative_balance_points,
         coalesce(floor(5 * least(greatest((180 - age_days) / 150, 0), 1)), 0)::bigint as age_points,
         coalesce(floor(5 * least(greatest((largest_day_minor / nullif(captured_minor, 0) - 0.25::double) / 0.5, 0), 1)), 0)::bigint as concentration_points
  from facts)
select *, dispute_points + dispute_trend_points + refund_points + refund_trend_points + volume_points + negative_balance_points + age_points + concentration_points as risk_score from pointed
"""

RULES = """
with clocks as (
  select max(known_at) as all_at, max(known_at) filter (what = 'charges') as paid_at from (
    select 'charges' as what, known_at from silver.charges union all select 'history', known_at from silver.charge_history union all select '', known_at from silver.disputes
    union all select '', known_at from silver.dispute_history union all select '', known_at from silver.early_fraud_warnings union all select '', known_at from silver.refunds
    union all select '', known_at from silver.reviews)),
signs as (
  select d.account, d.charge_id, d.created_date as d from silver.disputes d where d.livemode is not false and d.is_fraud
    and exists (from silver.dispute_history h where h.account = d.account and h.dispute_id = d.dispute_id and h.charge_id = d.charge_id and h.created_date = d.created_date and h.is_fraud and h.livemode is not false)
  union all select account, charge_id, created_date from silver.early_fraud_warnings where livemode is not false
  union all select account, charge_id, created_date from silver.refunds where livemode is not false and reason = 'fraudulent' and coalesce(status, '') not in ('failed', 'canceled')
  union all select account, charge_id, created_date from silver.reviews where livemode is not false and closed_reason = 'refunded_as_fraud'
  union all select account, charge_id, created_date from silver.charge_history where livemode is not false and is_current and fraud_report_by_merchant = 'fraudulent'),
labelled as (
  select c.account, c.charge_id, card_fingerprint as card, customer_id as who, c.created_date as d, c.created_at as made,
         case when exists (from signs s where s.account = c.account and s.charge_id = c.charge_id and s.d - c.created_date between -1 and 540) then 'fraud'
              when epoch(c.created_at) + 90 * 86400 <= epoch(all_at) then 'good' else 'immature' end as label
  from silver.charges c, clocks where livemode is not false and is_authorized),
flags as (
  select account, charge_id, 'stripe' as system, case when outcome_rule_id is not null then outcome_rule_id when outcome_reason is null or outcome_reason = 'rule' then 'unknown' else outcome_reason end as rule,
         case when is_blocked then 'block' else 'review' end as action, currency
  from silver.charges where livemode is not false and (is_blocked or outcome_type = 'manual_review') and outcome_reason is distinct from 'low_probability_of_authorization'
  union all select account, charge_id, 'vermeil', decided_by, action, currency from gold.payment_decisions where action in ('block', 'review')),
judged as (
  select f.*, c.created_date as date, c.amount_minor as m, is_authorized,
    case when is_authorized then (select label from labelled l where l.account = c.account and l.charge_id = c.charge_id)
      when exists (from labelled l where l.account = c.account and l.label = 'fraud' and abs(l.d - c.created_date) <= 30 and (l.card = c.card_fingerprint or l.who = c.customer_id)) then 'fraud'
      when exists (from labelled l where l.account = c.account and l.label = 'good' and l.d - c.created_date <= 30 and l.made > c.created_at and l.card = c.card_fingerprint) then 'good'
      when epoch(c.created_at) + 121 * 86400 > epoch(paid_at) then 'immature' else 'unknown' end as truth
  from flags f join silver.charges c on c.account = f.account and c.charge_id = f.charge_id and c.livemode is not false, clocks)
select account, currency, date, system, rule, action, case when is_authorized then 'own_label' else 'other_payments' end as truth_from,
       count(*) as flagged_count, sum(m)::bigint as flagged_minor,
       count(*) filter (truth = 'fraud') as fraud_count, coalesce(sum(m) filter (truth = 'fraud'), 0)::bigint as fraud_minor,
       count(*) filter (truth = 'good') as good_count, coalesce(sum(m) filter (truth = 'good'), 0)::bigint as good_minor,
       count(*) filter (truth = 'unknown') as unknown_count, coalesce(sum(m) filter (truth = 'unknown'), 0)::bigint as unknown_minor,
       count(*) filter (truth = 'immature') as immature_count, coalesce(sum(m) filter (truth = 'immature'), 0)::bigint as immature_minor
from judged group by all
"""

REFUNDED = """
select r.account, r.refund_id, r.created_date as date, r.created_at, r.currency, r.amount_minor, coalesce(r.reason, 'none') as reason,
       case when r.status in ('failed', 'canceled') then 'failed' when r.status in ('pending', 'requires_action') then 'pending' else 'returned' end as outcome,
       coalesce(r.charge_id, p.charge_id) as charge_id, p.created_date as payment_date, p.currency as payment_currency, p.amount_minor as payment_minor,
       coalesce(p.payment_method_type, 'unknown') as payment_method_type, coalesce(p.paid_network, 'unknown') as network, p.taken as is_captured,
       greatest(epoch(r.created_at) - epoch(p.created_at), 0)::bigint as refund_seconds
from silver.refunds r left join paid p on p.account = r.account and (p.charge_id = r.charge_id or (r.charge_id is null and p.taken and p.payment_intent_id = r.payment_intent_id))
 and datediff('day', p.created_date, r.created_date) between -1 and 540
where r.livemode is not false
"""

RISK = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.merchant_risk_daily": MERCHANTS,
        "gold.network_monitoring_monthly": MONITORING,
        "gold.refunds_enriched": REFUNDED,
    },
)
RULED = Oracle(SILVER, VIEWS, {"gold.rule_performance": RULES}, gold=("payment_decisions",))
RARE = Oracle(SILVER, VIEWS, {"gold.card_testing_alerts": CARD_TESTING, "gold.disputes_enriched": DISPUTES})
"""Of what a small archive has next to nothing: these are reckoned from rows of chance alone."""
