/**
 * librdkafka's properties, one a line: name | role | type | range or values | default | alias of.
 * Generated from its CONFIGURATION.md by scripts/generate-client-properties.mjs: do not edit.
 */
export const CLIENT_PROPERTIES_TABLE = `
builtin.features | both | flags |  | gzip, snappy, ssl, sasl, regex, lz4, sasl_gssapi, sasl_plain, sasl_scram, plugins, zstd, sasl_oauthbearer, http, oidc |
client.id | both | string |  | rdkafka |
metadata.broker.list | both | string |  |  |
bootstrap.servers | both | string |  |  | metadata.broker.list
message.max.bytes | both | integer | 1000..1000000000 | 1000000 |
message.copy.max.bytes | both | integer | 0..1000000000 | 65535 |
receive.message.max.bytes | both | integer | 1000..2147483647 | 100000000 |
max.in.flight.requests.per.connection | both | integer | 1..1000000 | 1000000 |
max.in.flight | both | integer | 1..1000000 | 1000000 | max.in.flight.requests.per.connection
metadata.recovery.strategy | both | enum | none,rebootstrap | rebootstrap |
metadata.recovery.rebootstrap.trigger.ms | both | integer | 0..2147483647 | 300000 |
topic.metadata.refresh.interval.ms | both | integer | -1..3600000 | 300000 |
metadata.max.age.ms | both | integer | 1..86400000 | 900000 |
topic.metadata.refresh.fast.interval.ms | both | integer | 1..60000 | 100 |
topic.metadata.refresh.fast.cnt | both | integer | 0..1000 | 10 |
topic.metadata.refresh.sparse | both | boolean |  | true |
topic.metadata.propagation.max.ms | both | integer | 0..3600000 | 30000 |
topic.blacklist | both | string |  |  |
debug | both | flags | generic,broker,topic,metadata,feature,queue,msg,protocol,cgrp,security,fetch,interceptor,plugin,consumer,admin,eos,mock,assignor,conf,telemetry,all |  |
socket.timeout.ms | both | integer | 10..300000 | 60000 |
socket.blocking.max.ms | both | integer | 1..60000 | 1000 |
socket.send.buffer.bytes | both | integer | 0..100000000 | 0 |
socket.receive.buffer.bytes | both | integer | 0..100000000 | 0 |
socket.keepalive.enable | both | boolean |  | false |
socket.nagle.disable | both | boolean |  | true |
socket.max.fails | both | integer | 0..1000000 | 1 |
broker.address.ttl | both | integer | 0..86400000 | 1000 |
broker.address.family | both | enum | any,v4,v6 | any |
socket.connection.setup.timeout.ms | both | integer | 1000..2147483647 | 30000 |
connections.max.idle.ms | both | integer | 0..2147483647 | 0 |
reconnect.backoff.jitter.ms | both | integer | 0..3600000 | 0 |
reconnect.backoff.ms | both | integer | 0..3600000 | 100 |
reconnect.backoff.max.ms | both | integer | 0..3600000 | 10000 |
statistics.interval.ms | both | integer | 0..86400000 | 0 |
enabled_events | both | integer | 0..2147483647 | 0 |
error_cb | both | api |  |  |
throttle_cb | both | api |  |  |
stats_cb | both | api |  |  |
log_cb | both | api |  |  |
log_level | both | integer | 0..7 | 6 |
log.queue | both | boolean |  | false |
log.thread.name | both | boolean |  | true |
enable.random.seed | both | boolean |  | true |
log.connection.close | both | boolean |  | true |
background_event_cb | both | api |  |  |
socket_cb | both | api |  |  |
connect_cb | both | api |  |  |
closesocket_cb | both | api |  |  |
open_cb | both | api |  |  |
resolve_cb | both | api |  |  |
opaque | both | api |  |  |
default_topic_conf | both | api |  |  |
internal.termination.signal | both | integer | 0..128 | 0 |
api.version.request | both | boolean |  | true |
api.version.request.timeout.ms | both | integer | 1..300000 | 10000 |
api.version.fallback.ms | both | integer | 0..604800000 | 0 |
broker.version.fallback | both | string |  | 0.10.0 |
allow.auto.create.topics | both | boolean |  | false |
security.protocol | both | enum | plaintext,ssl,sasl_plaintext,sasl_ssl | plaintext |
ssl.cipher.suites | both | string |  |  |
ssl.curves.list | both | string |  |  |
ssl.sigalgs.list | both | string |  |  |
ssl.key.location | both | string |  |  |
ssl.key.password | both | string |  |  |
ssl.key.pem | both | string |  |  |
ssl_key | both | api |  |  |
ssl.certificate.location | both | string |  |  |
ssl.certificate.pem | both | string |  |  |
ssl_certificate | both | api |  |  |
ssl.ca.location | both | string |  |  |
https.ca.location | both | string |  |  |
https.ca.pem | both | string |  |  |
ssl.ca.pem | both | string |  |  |
ssl_ca | both | api |  |  |
ssl.ca.certificate.stores | both | string |  | Root |
ssl.crl.location | both | string |  |  |
ssl.keystore.location | both | string |  |  |
ssl.keystore.password | both | string |  |  |
ssl.providers | both | string |  |  |
ssl.engine.location | both | string |  |  |
ssl.engine.id | both | string |  | dynamic |
ssl_engine_callback_data | both | api |  |  |
enable.ssl.certificate.verification | both | boolean |  | true |
ssl.endpoint.identification.algorithm | both | enum | none,https | https |
ssl.certificate.verify_cb | both | api |  |  |
sasl.mechanisms | both | string |  | GSSAPI |
sasl.mechanism | both | string |  | GSSAPI | sasl.mechanisms
sasl.kerberos.service.name | both | string |  | kafka |
sasl.kerberos.principal | both | string |  | kafkaclient |
sasl.kerberos.kinit.cmd | both | string |  |  |
sasl.kerberos.keytab | both | string |  |  |
sasl.kerberos.min.time.before.relogin | both | integer | 0..86400000 | 60000 |
sasl.username | both | string |  |  |
sasl.password | both | string |  |  |
sasl.oauthbearer.config | both | string |  |  |
enable.sasl.oauthbearer.unsecure.jwt | both | boolean |  | false |
oauthbearer_token_refresh_cb | both | api |  |  |
sasl.oauthbearer.method | both | enum | default,oidc | default |
sasl.oauthbearer.client.id | both | string |  |  |
sasl.oauthbearer.client.credentials.client.id | both | string |  |  | sasl.oauthbearer.client.id
sasl.oauthbearer.client.credentials.client.secret | both | string |  |  | sasl.oauthbearer.client.secret
sasl.oauthbearer.client.secret | both | string |  |  |
sasl.oauthbearer.scope | both | string |  |  |
sasl.oauthbearer.extensions | both | string |  |  |
sasl.oauthbearer.token.endpoint.url | both | string |  |  |
sasl.oauthbearer.sub.claim.name | both | string |  | sub |
sasl.oauthbearer.grant.type | both | enum | client_credentials,urn:ietf:params:oauth:grant-type:jwt-bearer | client_credentials |
sasl.oauthbearer.assertion.algorithm | both | enum | RS256,ES256 | RS256 |
sasl.oauthbearer.assertion.private.key.file | both | string |  |  |
sasl.oauthbearer.assertion.private.key.passphrase | both | string |  |  |
sasl.oauthbearer.assertion.private.key.pem | both | string |  |  |
sasl.oauthbearer.assertion.file | both | string |  |  |
sasl.oauthbearer.assertion.claim.aud | both | string |  |  |
sasl.oauthbearer.assertion.claim.exp.seconds | both | integer | 1..2147483647 | 300 |
sasl.oauthbearer.assertion.claim.iss | both | string |  |  |
sasl.oauthbearer.assertion.claim.jti.include | both | boolean |  | false |
sasl.oauthbearer.assertion.claim.nbf.seconds | both | integer | 0..2147483647 | 60 |
sasl.oauthbearer.assertion.claim.sub | both | string |  |  |
sasl.oauthbearer.assertion.jwt.template.file | both | string |  |  |
sasl.oauthbearer.metadata.authentication.type | both | enum | none,azure_imds,aws_iam | none |
plugin.library.paths | both | string |  |  |
interceptors | both | api |  |  |
group.id | consumer | string |  |  |
group.instance.id | consumer | string |  |  |
partition.assignment.strategy | consumer | string |  | range,roundrobin |
session.timeout.ms | consumer | integer | 1..3600000 | 45000 |
heartbeat.interval.ms | consumer | integer | 1..3600000 | 3000 |
group.protocol.type | consumer | string |  | consumer |
group.protocol | consumer | enum | classic,consumer | classic |
group.remote.assignor | consumer | string |  |  |
coordinator.query.interval.ms | consumer | integer | 1..3600000 | 600000 |
max.poll.interval.ms | consumer | integer | 1..86400000 | 300000 |
enable.auto.commit | consumer | boolean |  | true |
auto.commit.interval.ms | consumer | integer | 0..86400000 | 5000 |
enable.auto.offset.store | consumer | boolean |  | true |
queued.min.messages | consumer | integer | 1..10000000 | 100000 |
queued.max.messages.kbytes | consumer | integer | 1..2097151 | 65536 |
fetch.wait.max.ms | consumer | integer | 0..300000 | 500 |
fetch.queue.backoff.ms | consumer | integer | 0..300000 | 1000 |
fetch.message.max.bytes | consumer | integer | 1..1000000000 | 1048576 |
max.partition.fetch.bytes | consumer | integer | 1..1000000000 | 1048576 | fetch.message.max.bytes
fetch.max.bytes | consumer | integer | 0..2147483135 | 52428800 |
fetch.min.bytes | consumer | integer | 0..2147483647 | 1 |
fetch.error.backoff.ms | consumer | integer | 0..300000 | 500 |
offset.store.method | consumer | enum | none,file,broker | broker |
isolation.level | consumer | enum | read_uncommitted,read_committed | read_committed |
consume_cb | consumer | api |  |  |
rebalance_cb | consumer | api |  |  |
offset_commit_cb | consumer | api |  |  |
enable.partition.eof | consumer | boolean |  | false |
check.crcs | consumer | boolean |  | false |
client.rack | both | string |  |  |
max.poll.records | consumer | integer | 1..2147483647 | 500 |
share.acknowledgement.mode | consumer | string |  | implicit |
transactional.id | producer | string |  |  |
transaction.timeout.ms | producer | integer | 1000..2147483647 | 60000 |
enable.idempotence | producer | boolean |  | false |
enable.gapless.guarantee | producer | boolean |  | false |
queue.buffering.max.messages | producer | integer | 0..2147483647 | 100000 |
queue.buffering.max.kbytes | producer | integer | 1..2147483647 | 1048576 |
queue.buffering.max.ms | producer | float | 0..900000 | 5 |
linger.ms | producer | float | 0..900000 | 5 | queue.buffering.max.ms
message.send.max.retries | producer | integer | 0..2147483647 | 2147483647 |
retries | producer | integer | 0..2147483647 | 2147483647 | message.send.max.retries
retry.backoff.ms | both | integer | 1..300000 | 100 |
retry.backoff.max.ms | both | integer | 1..300000 | 1000 |
queue.buffering.backpressure.threshold | producer | integer | 1..1000000 | 1 |
compression.codec | producer | enum | none,gzip,snappy,lz4,zstd | none |
compression.type | producer | enum | none,gzip,snappy,lz4,zstd | none | compression.codec
batch.num.messages | producer | integer | 1..1000000 | 10000 |
batch.size | producer | integer | 1..2147483647 | 1000000 |
delivery.report.only.error | producer | boolean |  | false |
dr_cb | producer | api |  |  |
dr_msg_cb | producer | api |  |  |
sticky.partitioning.linger.ms | producer | integer | 0..900000 | 10 |
client.dns.lookup | both | enum | use_all_dns_ips,resolve_canonical_bootstrap_servers_only | use_all_dns_ips |
enable.metrics.push | both | boolean |  | true |
request.required.acks | producer | integer | -1..1000 | -1 |
acks | producer | integer | -1..1000 | -1 | request.required.acks
request.timeout.ms | producer | integer | 1..900000 | 30000 |
message.timeout.ms | producer | integer | 0..2147483647 | 300000 |
delivery.timeout.ms | producer | integer | 0..2147483647 | 300000 | message.timeout.ms
queuing.strategy | producer | enum | fifo,lifo | fifo |
produce.offset.report | producer | boolean |  | false |
partitioner | producer | string |  | consistent_random |
partitioner_cb | producer | api |  |  |
msg_order_cmp | producer | api |  |  |
compression.level | producer | integer | -1..12 | -1 |
auto.commit.enable | consumer | boolean |  | true |
auto.offset.reset | consumer | enum | smallest,earliest,beginning,largest,latest,end,error | largest |
offset.store.path | consumer | string |  | . |
offset.store.sync.interval.ms | consumer | integer | -1..86400000 | -1 |
consume.callback.max.messages | consumer | integer | 0..1000000 | 0 |
`;
