"""The tables about identity reckoned again in DuckDB, from silver alone."""

# ruff: noqa: E501 - SQL reads better in its own lines

from __future__ import annotations

from tests.pipelines.gold.oracle import Oracle

SILVER = ("account_history", "charges", "customers", "verification_reports", "verification_sessions")

VIEWS = """
create view sessions as
select s.*, (select count(*) from silver.verification_reports r where r.livemode is not false and r.account = s.account and r.verification_session_id = s.verification_session_id
             and r.created_date - s.created_date between -1 and 180) as tries
from silver.verification_sessions s where s.livemode is not false;
create view reports as
select r.*, coalesce(document_error_code, selfie_error_code, id_number_error_code) as failure,
       list_contains([document_status, selfie_status, id_number_status, email_status, phone_status], 'verified')
         and not list_contains([document_status, selfie_status, id_number_status, email_status, phone_status], 'unverified') as good
from silver.verification_reports r join sessions s on r.account = s.account and r.verification_session_id = s.verification_session_id
where r.livemode is not false and r.created_date - s.created_date between -1 and 180;
"""

FUNNEL = """
with told as (
  select s.*, r.created_at as reported_at, r.document_type as kind, r.document_country as issued_by, r.failure, coalesce(r.good, false) as good, c.address_country as home,
         (from reports x select count(*) where x.account = s.account and x.verification_session_id = s.verification_session_id and x.selfie_status is not null) as faces,
         (from reports x select count(*) where x.account = s.account and x.verification_session_id = s.verification_session_id and x.selfie_status = 'unverified') as bad_faces,
         (from reports x select count(*) where x.account = s.account and x.verification_session_id = s.verification_session_id and x.selfie_error_code = 'selfie_manipulated') as forged_faces
  from sessions s left join reports r on r.account = s.account and r.verification_session_id = s.verification_session_id
   and not exists (from reports n where n.account = r.account and n.verification_session_id = r.verification_session_id and (n.created_at, n.verification_report_id) > (r.created_at, r.verification_report_id))
  left join silver.customers c on c.account = s.account and c.customer_id = s.customer_id),
why as (select *, case status when 'verified' then 'none' when 'redacted' then coalesce(failure, 'none') else coalesce(last_error_code, failure, 'none') end as reason from told),
ended as (select *, case when status = 'verified' or (status = 'redacted' and good) then 'verified' when status in ('redacted', 'canceled', 'processing') then status
                         when reason <> 'none' then 'failed' else 'waiting' end as came_to from why)
select account, created_date as date, coalesce(type, 'unknown') as type, coalesce(kind, 'none') as document_type, coalesce(issued_by, 'none') as document_country,
       reason as failure_reason, count(*) as started_count, count(*) filter (came_to = 'verified') as verified_count, count(*) filter (came_to = 'failed') as failed_count,
       count(*) filter (came_to = 'processing') as processing_count, count(*) filter (came_to = 'canceled') as canceled_count, count(*) filter (came_to = 'redacted') as redacted_count,
       count(*) filter (came_to = 'waiting') as waiting_count,
       count(*) filter (tries > 0 or came_to in ('verified', 'processing') or reason not in ('none', 'abandoned', 'consent_declined', 'country_not_supported', 'device_not_supported',
         'email_verification_declined', 'phone_verification_declined', 'under_supported_age')) as submitted_count,
       sum(tries)::bigint as tries_count, count(*) filter (tries > 1) as repeated_count, count(*) filter (came_to = 'verified' and tries = 1) as first_try_verified_count,
       count(*) filter (faces > 0) as selfie_checked_count, count(*) filter (bad_faces > 0) as selfie_failed_count,
       count(*) filter (forged_faces > 0 or last_error_code = 'selfie_manipulated') as selfie_manipulated_count,
       count(*) filter (issued_by is not null and home is not null) as country_compared_count, count(*) filter (issued_by <> home) as country_mismatch_count,
       count(*) filter (came_to = 'verified' and reported_at is not null) as timed_count,
       coalesce(sum(greatest(epoch(reported_at) - epoch(created_at), 0)) filter (came_to = 'verified'), 0)::bigint as verified_seconds
from ended group by all
"""

ONBOARDING = """
with versions as (select *, coalesce(is_charges_enabled and is_payouts_enabled, false) as enabled from silver.account_history where livemode is not false),
newest as (select * from versions v where not exists (from versions n where n.account_id = v.account_id and (n.version, n.known_at, n.account) > (v.version, v.known_at, v.account))),
came as (select account_id, coalesce(min(created_date), min(valid_from::date) filter (year(valid_from) > 1970), min(known_at::date)) as date from versions group by all),
events as (select * from versions where event_type is not null),
became as (
  select account_id, min(valid_from) as enabled_at from events e where enabled and exists (
    from events b where b.account_id = e.account_id and not b.enabled and (b.valid_from, b.version) < (select min(row(x.valid_from, x.version)) from events x where x.account_id = e.account_id and x.enabled))
  group by all)
select date, coalesce(country, 'unknown') as country, coalesce(account_type, 'unknown') as account_type, coalesce(business_type, 'unknown') as business_type,
       count(*) as accounts_count, count(*) filter (is_deleted is true) as deleted_count,
       count(*) filter (is_deleted is not true and is_details_submitted) as details_submitted_count, count(*) filter (is_deleted is not true and is_charges_enabled) as charges_enabled_count,
       count(*) filter (is_deleted is not true and is_payouts_enabled) as payouts_enabled_count, count(*) filter (is_deleted is not true and enabled) as enabled_count,
       count(*) filter (is_deleted is not true and json_array_length(requirements_currently_due) > 0) as requirements_due_count,
       count(*) filter (is_deleted is not true and json_array_length(requirements_past_due) > 0) as requirements_past_due_count,
       count(*) filter (is_deleted is not true and disabled_reason is not null) as restricted_count,
       count(*) filter (is_deleted is not true and card_payments_capability = 'active') as card_payments_active_count,
       count(*) filter (is_deleted is not true and card_payments_capability = 'pending') as card_payments_pending_count,
       count(*) filter (is_deleted is not true and transfers_capability = 'active') as transfers_active_count,
       count(*) filter (enabled_at is not null and created_at is not null) as timed_count,
       coalesce(sum(greatest(epoch(enabled_at) - epoch(created_at), 0)), 0)::bigint as enabled_seconds
from newest join came using (account_id) left join became using (account_id) group by all
"""

LINKS = """
with good as (
  select r.*, s.customer_id as cus from silver.verification_reports r
  left join silver.verification_sessions s on s.account = r.account and s.verification_session_id = r.verification_session_id and s.livemode is not false
  where r.livemode is not false and 'verified' in (coalesce(document_status, ''), coalesce(selfie_status, ''), coalesce(id_number_status, ''), coalesce(email_status, ''), coalesce(phone_status, ''))
    and 'unverified' not in (coalesce(document_status, ''), coalesce(selfie_status, ''), coalesce(id_number_status, ''), coalesce(email_status, ''), coalesce(phone_status, ''))),
shown as (
  select account, cus, person, coalesce(person, cus) as who, document_number as doc, document_country || ' ' || document_type as kind, verification_report_id as use, created_at from good where document_number is not null
  union all select account, cus, person, coalesce(person, cus), id_number, id_number_type, verification_report_id, created_at from good where id_number is not null
  union all select account, cus, person, coalesce(person, cus), null, null, verification_report_id, created_at from good where document_number is null and id_number is null),
paid as (
  select c.*, coalesce((select min(person) from good g where g.account = c.account and g.cus = c.customer_id), billing_email, receipt_email, customer_id) as who
  from silver.charges c where livemode is not false and created_date > (select max(created_date) - 365 from silver.charges where livemode is not false)),
uses as (
  select 'document' as link, doc as shared, * from shown union all select 'person', person, * from shown union all select 'customer', cus, * from shown
  union all select 'card', card_fingerprint, account, customer_id, null, who, null, null, charge_id, created_at from paid
  union all select 'network', ip_address_network, account, customer_id, null, who, null, null, charge_id, created_at from paid)
select account, link, shared, count(distinct who) as people_count, count(distinct cus) as customers_count, count(distinct doc) as documents_count, count(distinct kind) as document_kinds_count,
       count(distinct use) as uses_count, min(created_at) as first_at, max(created_at) as last_at, link = 'network' and count(distinct who) > 20 as is_hub
from uses where shared is not null group by account, link, shared
having case link when 'person' then count(distinct doc) > 1 or count(distinct cus) > 1 else count(distinct who) > 1 end
"""

IDENTITY = Oracle(
    SILVER,
    VIEWS,
    {
        "gold.verification_funnel_daily": FUNNEL,
        "gold.onboarding_daily": ONBOARDING,
    },
)
RARE = Oracle(SILVER, VIEWS, {"gold.identity_links": LINKS})
"""Of what a small archive has nothing of: it is reckoned from rows of chance."""
