"""What both ends of a call over HTTP agree on: media types, headers of a feed, the size of a token. Nothing else."""

from typing import Final

PROBLEM: Final = "application/problem+json"
BATCH: Final = "application/cloudevents-batch+json"
NDJSON: Final = "application/x-ndjson"

HEAD: Final = "Demerit-Head"
SCANNED_THROUGH: Final = "Demerit-Scanned-Through"
RECORDED_THROUGH: Final = "Demerit-Recorded-Through"

MAX_TOKEN_BYTES: Final = 8 * 1024
