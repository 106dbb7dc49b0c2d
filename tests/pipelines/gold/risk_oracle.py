"""The tables about risk reckoned again in DuckDB, from silver alone."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = ("charges",)

VIEWS = """
create view card_attempts as
select *, coalesce(card_network, card_brand, 'unknown') as network,
       coalesce(is_issuer_declined or (status = 'failed' and outcome_type is null and not is_authorized and not is_blocked), false) as declined
from silver.charges where livemode is not false and is_card_not_present;
"""

CARD_TESTING = """
select account, currency, created_date as date, date_trunc('hour', created_at) as window_start_at, min(created_at) as first_at, max(created_at) as last_at,
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

RISK = Oracle(SILVER, VIEWS, {"gold.card_testing_alerts": CARD_TESTING})
