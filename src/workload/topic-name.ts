/** What Kafka takes as the name of a topic. */
export const TOPIC_NAME = /^(?!\.\.?$)[A-Za-z0-9._-]{1,249}$/;
export const TOPIC_NAME_RULE = 'a topic name has up to 249 letters, digits, `.`, `_` and `-`';
