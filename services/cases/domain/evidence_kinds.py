"""Which evidence there is (S9), in which form it comes, and how large it may be. Its list is open by `other`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.cases.domain import errors
from shared.kit.decider import Refusal

_MIB: Final = 1024 * 1024
_IMAGES: Final = ("image/png", "image/jpeg", "image/webp")
_DOCUMENTS: Final = (*_IMAGES, "application/pdf")


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """One kind: the media types it may have (none: it has no content) and its size limit in bytes, inclusive."""

    media_types: tuple[str, ...]
    limit_bytes: int


CHAT_EVIDENCE_NUMBER: Final = "chat_evidence_number"
CARRIER_CERTIFICATE: Final = "carrier_certificate"

KINDS: Final[Mapping[str, EvidenceKind]] = {
    "chat_screenshot": EvidenceKind(_IMAGES, 10 * _MIB),  # 旺旺聊天截图
    CHAT_EVIDENCE_NUMBER: EvidenceKind((), 0),  # 旺旺举证号: a number that the platform can look up, no file
    "site_message_screenshot": EvidenceKind(_IMAGES, 10 * _MIB),  # 站内信截图
    "sms_photo": EvidenceKind(_IMAGES, 10 * _MIB),  # 短信照片
    "call_list": EvidenceKind((*_DOCUMENTS, "text/csv"), 20 * _MIB),  # 通话清单
    CARRIER_CERTIFICATE: EvidenceKind(_DOCUMENTS, 20 * _MIB),  # 运营商官方证明
    "other": EvidenceKind((*_DOCUMENTS, "text/plain", "audio/mpeg", "audio/wav", "video/mp4"), 50 * _MIB),
}


def refused_announcement(kind: str, media_type: str | None, size_bytes: int) -> Refusal | None:
    """Return why evidence said to be so cannot be taken, None where it can; known before a byte has arrived."""
    rules = KINDS.get(kind)
    if rules is None:
        return errors.unknown_evidence_kind(kind, tuple(KINDS))
    if not rules.media_types:
        return None if media_type is None and size_bytes == 0 else errors.content_not_expected(kind)
    if media_type not in rules.media_types:
        return errors.media_type_not_allowed(kind, rules.media_types)
    if size_bytes < 1:
        return errors.evidence_empty(kind)
    if size_bytes > rules.limit_bytes:
        return errors.evidence_too_large(kind, rules.limit_bytes)
    return None


def refused_content(media_type: str | None, sniffed_type: str | None) -> Refusal | None:
    """Return why bytes found to be of `sniffed_type` are not what was declared, None where they are.

    Text has no signature in its bytes: a comma-separated list is found to be plain text. No content is found to be
    of no type.
    """
    plain_list = media_type == "text/csv" and sniffed_type == "text/plain"
    return None if plain_list or media_type == sniffed_type else errors.media_type_mismatch(media_type, sniffed_type)
