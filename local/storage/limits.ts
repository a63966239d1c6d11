/** The limits of Cloud Storage that are held here, and the few that are this cloud's own. */

/** An object's name, in UTF-8. Source: https://cloud.google.com/storage/docs/objects#naming */
export const MAX_OBJECT_NAME_BYTES = 1024;
/** An object. Source: https://cloud.google.com/storage/quotas#objects */
export const MAX_OBJECT_BYTES = 5 * 2 ** 40;
/** All keys and values of an object's custom metadata. Source: https://cloud.google.com/storage/quotas#objects */
export const MAX_CUSTOM_METADATA_BYTES = 8 * 1024;
/** Sources of one compose. Source: https://cloud.google.com/storage/quotas#objects */
export const MAX_COMPOSE_SOURCES = 32;

/** Every request of a resumable upload but the last carries a multiple of this. Source: https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload */
export const UPLOAD_CHUNK_BYTES = 256 * 1024;
/** How long a resumable upload can be continued. Source: https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
export const UPLOAD_SESSION_MS = 7 * 24 * 3600 * 1000;

/** Entries of one page of a list. Source: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export const MAX_PAGE = 1000;

/** Source: https://cloud.google.com/storage/docs/buckets#naming */
export const BUCKET_NAME_CHARACTERS = { min: 3, max: 63 };

/** Source: https://cloud.google.com/storage/docs/tags-and-labels#bucket-labels */
export const MAX_LABELS = 64;
export const MAX_LABEL_CHARACTERS = 63;

/** Source: https://cloud.google.com/storage/docs/soft-delete#retention-duration */
export const SOFT_DELETE_SECONDS = { min: 7 * 24 * 3600, max: 90 * 24 * 3600, default: 7 * 24 * 3600 };
/** Source: https://cloud.google.com/storage/docs/bucket-lock#retention-policy */
export const MAX_RETENTION_SECONDS = 3_155_760_000;
/** How long uniform bucket-level access can be switched off again. Source: https://cloud.google.com/storage/docs/uniform-bucket-level-access */
export const UNIFORM_ACCESS_REVERSIBLE_MS = 90 * 24 * 3600 * 1000;

/** Prefixes and suffixes over all lifecycle rules of a bucket, and bytes of one. Source: https://cloud.google.com/storage/docs/lifecycle#matchesprefix-suffix */
export const MAX_LIFECYCLE_AFFIXES = 1000;
export const MAX_LIFECYCLE_AFFIX_BYTES = 1024;

/** Objects up to this size are kept in the index itself: one commit is cheaper than a file, its rename and a commit. Ours. */
export const MAX_INLINE_BYTES = 32 * 1024;
/** The JSON part of a multipart upload, and JSON bodies in general. Ours, and far above what valid metadata needs. */
export const MAX_METADATA_BODY_BYTES = 1024 * 1024;
