"""bronze.files: what was read of each file adds up."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always("file_id_well_formed", "file_id rlike '^[0-9a-f]{16}$'", "file_id is 16 hexadecimal digits."),
    always("sha256_well_formed", "sha256 rlike '^[0-9a-f]{64}$'", "sha256 is 64 hexadecimal digits."),
    always("faults_within_records", "fault_count <= record_count", "No file has more faults than records."),
    always("file_not_empty", "record_count > 0", "Every file holds a record.", "warning"),
)
