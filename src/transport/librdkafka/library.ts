/**
 * librdkafka's C functions through FFI. The package's own classes cannot be used in a worker thread (its addon is not
 * context-aware), but the librdkafka inside that addon can: its public symbols resolve through the addon's handle,
 * whether it is linked statically (the vendor's prebuilt) or dynamically (rebuilt here).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import koffi, { type LibraryHandle } from 'koffi';
import { LoadError } from '../../errors.ts';
import { threadsMayHang } from '../../hanging-threads.ts';

/** A C pointer as koffi hands it out; null for NULL. */
export type Pointer = bigint;

const PACKAGE = '@confluentinc/kafka-javascript';
const require = createRequire(import.meta.url);

let library: Librdkafka | undefined;

export type Librdkafka = ReturnType<typeof bind>;

/** Loads librdkafka once per thread. The main thread must have done so before any worker does. */
export function librdkafka(): Librdkafka {
  library ??= open();
  return library;
}

function open(): Librdkafka {
  const addon = addonFile();
  if (addon === undefined) {
    throw new LoadError('LIBRDKAFKA_MISSING', `librdkafka is not installed: npm could not set up ${PACKAGE}`, {
      hint: 'run `npx load setup`: it downloads or compiles librdkafka',
    });
  }
  try {
    // Node aborts at the next addon load when a worker opened this file before the main thread did the ordinary way.
    if (isMainThread) {
      require(addon);
      threadsMayHang();
    }
    return bind(koffi.load(addon));
  } catch (cause) {
    throw unusable(cause as Error);
  }
}

/** Undefined where npm dropped the optional package, or installed it without running its install script. */
function addonFile(): string | undefined {
  try {
    const root = dirname(require.resolve(`${PACKAGE}/package.json`));
    const addon = join(root, 'build', 'Release', 'confluent-kafka-javascript.node');
    return existsSync(addon) ? addon : undefined;
  } catch {
    return undefined;
  }
}

/** What is said of an addon that does not load. */
export function unusable(cause: Error): LoadError {
  // Node's own five lines end in the advice of an `npm rebuild`, which has not the settings of our set-up.
  const why = cause.message.includes('NODE_MODULE_VERSION')
    ? `it was set up with another version of Node.js than this one, ${process.version}`
    : cause.message;
  return new LoadError('LIBRDKAFKA_UNUSABLE', `librdkafka cannot be loaded: ${why}`, {
    hint: 'run `npx load setup`, then `npx load doctor`',
    cause,
  });
}

function bind(lib: LibraryHandle) {
  // biome-ignore lint/suspicious/noExplicitAny: koffi functions take and give what their C prototype says
  const fn = (prototype: string): any => lib.func(prototype);
  return {
    versionString: fn('str rd_kafka_version_str()') as () => string,
    errorName: fn('str rd_kafka_err2name(int err)') as (code: number) => string,
    errorText: fn('str rd_kafka_err2str(int err)') as (code: number) => string,

    confNew: fn('void *rd_kafka_conf_new()') as () => Pointer,
    confSet: fn('int rd_kafka_conf_set(void *conf, str name, str value, void *errstr, size_t size)'),
    confGet: fn('int rd_kafka_conf_get(const void *conf, str name, void *into, _Inout_ size_t *size)'),
    confOf: fn('const void *rd_kafka_conf(void *rk)') as (rk: Pointer) => Pointer,
    confDestroy: fn('void rd_kafka_conf_destroy(void *conf)'),
    confSetEvents: fn('void rd_kafka_conf_set_events(void *conf, int events)'),
    create: fn('void *rd_kafka_new(int type, void *conf, void *errstr, size_t size)'),
    destroy: fn('void rd_kafka_destroy_flags(void *rk, int flags)'),
    setLogLevel: fn('void rd_kafka_set_log_level(void *rk, int level)'),
    setLogQueue: fn('int rd_kafka_set_log_queue(void *rk, void *queue)'),

    topicNew: fn('void *rd_kafka_topic_new(void *rk, str topic, void *conf)'),
    topicDestroy: fn('void rd_kafka_topic_destroy(void *rkt)'),
    produceBatch: fn(
      'int rd_kafka_produce_batch(void *rkt, int32_t partition, int flags, void *messages, int count)',
    ) as (rkt: Pointer, partition: number, flags: number, messages: Pointer, count: number) => number,
    produceVariadic: fn('void *rd_kafka_produceva(void *rk, void *vus, size_t count)') as (
      rk: Pointer,
      vus: Pointer,
      count: number,
    ) => Pointer | null,
    errorCode: fn('int rd_kafka_error_code(void *error)'),
    errorNameOf: fn('str rd_kafka_error_name(void *error)'),
    errorTextOf: fn('str rd_kafka_error_string(void *error)'),
    errorIsFatal: fn('int rd_kafka_error_is_fatal(void *error)'),
    errorIsRetriable: fn('int rd_kafka_error_is_retriable(void *error)'),
    errorNeedsAbort: fn('int rd_kafka_error_txn_requires_abort(void *error)'),
    errorDestroy: fn('void rd_kafka_error_destroy(void *error)'),
    initTransactions: fn('void *rd_kafka_init_transactions(void *rk, int timeoutMs)'),
    beginTransaction: fn('void *rd_kafka_begin_transaction(void *rk)'),
    commitTransaction: fn('void *rd_kafka_commit_transaction(void *rk, int timeoutMs)'),
    abortTransaction: fn('void *rd_kafka_abort_transaction(void *rk, int timeoutMs)'),
    flush: fn('int rd_kafka_flush(void *rk, int timeoutMs)'),
    purge: fn('int rd_kafka_purge(void *rk, int flags)'),
    messageStatus: fn('int rd_kafka_message_status(void *message)') as (message: Pointer) => number,

    queueMain: fn('void *rd_kafka_queue_get_main(void *rk)'),
    queueNew: fn('void *rd_kafka_queue_new(void *rk)'),
    queueIoEvents: fn('void rd_kafka_queue_io_event_enable(void *queue, int fd, void *payload, size_t size)'),
    queuePoll: fn('void *rd_kafka_queue_poll(void *queue, int timeoutMs)') as (
      queue: Pointer,
      timeoutMs: number,
    ) => Pointer | null,
    queueDestroy: fn('void rd_kafka_queue_destroy(void *queue)'),
    eventType: fn('int rd_kafka_event_type(void *event)') as (event: Pointer) => number,
    eventMessageArray: fn('size_t rd_kafka_event_message_array(void *event, void *messages, size_t size)') as (
      event: Pointer,
      messages: Pointer,
      size: number,
    ) => number,
    eventDestroy: fn('void rd_kafka_event_destroy(void *event)') as (event: Pointer) => void,
    eventError: fn('int rd_kafka_event_error(void *event)') as (event: Pointer) => number,
    eventErrorText: fn('str rd_kafka_event_error_string(void *event)') as (event: Pointer) => string,
    eventStats: fn('str rd_kafka_event_stats(void *event)') as (event: Pointer) => string,
    eventLog: fn('int rd_kafka_event_log(void *event, _Out_ str *facility, _Out_ str *text, _Out_ int *level)') as (
      event: Pointer,
      facility: [string | null],
      text: [string | null],
      level: [number],
    ) => number,

    subscribe: fn('int rd_kafka_subscribe(void *rk, void *topics)'),
    unsubscribe: fn('int rd_kafka_unsubscribe(void *rk)'),
    eventPartitions: fn('void *rd_kafka_event_topic_partition_list(void *event)'),
    incrementalAssign: fn('void *rd_kafka_incremental_assign(void *rk, void *partitions)'),
    incrementalUnassign: fn('void *rd_kafka_incremental_unassign(void *rk, void *partitions)'),
    assign: fn('int rd_kafka_assign(void *rk, void *partitions)'),
    rebalanceProtocol: fn('str rd_kafka_rebalance_protocol(void *rk)') as (rk: Pointer) => string | null,
    pausePartitions: fn('int rd_kafka_pause_partitions(void *rk, void *partitions)'),
    cachedWatermarks: fn(
      'int rd_kafka_get_watermark_offsets(void *rk, str topic, int32_t partition, _Out_ int64_t *low, _Out_ int64_t *high)',
    ),
    assignmentLost: fn('int rd_kafka_assignment_lost(void *rk)'),
    queuePartition: fn('void *rd_kafka_queue_get_partition(void *rk, str topic, int32_t partition)'),
    queueForward: fn('void rd_kafka_queue_forward(void *from, void *to)'),
    committed: fn('int rd_kafka_committed(void *rk, void *partitions, int timeoutMs)'),
    offsetsForTimes: fn('int rd_kafka_offsets_for_times(void *rk, void *partitions, int timeoutMs)'),
    pollSetConsumer: fn('int rd_kafka_poll_set_consumer(void *rk)'),
    queueConsumer: fn('void *rd_kafka_queue_get_consumer(void *rk)'),
    consumeBatch: fn(
      'int64_t rd_kafka_consume_batch_queue(void *queue, int timeoutMs, void *messages, size_t count)',
    ) as (queue: Pointer, timeoutMs: number, messages: Pointer, count: number) => number,
    consumeStart: fn('int rd_kafka_consume_start_queue(void *rkt, int32_t partition, int64_t offset, void *queue)'),
    consumeStop: fn('int rd_kafka_consume_stop(void *rkt, int32_t partition)'),
    messageTimestamp: fn('int64_t rd_kafka_message_timestamp(void *message, void *type)') as (
      message: Pointer,
      type: Pointer | null,
    ) => number,
    messageHeaders: fn('int rd_kafka_message_headers(void *message, _Out_ void **headers)'),
    headerAt: fn(
      'int rd_kafka_header_get_all(void *headers, size_t index, _Out_ str *name, _Out_ void **value, _Out_ size_t *size)',
    ),
    // The same, and the last one of a name, for every record of a lane: with addresses as numbers, out parameters in own memory.
    headersOf: fn('int rd_kafka_message_headers(uint64_t message, void *headers)') as (
      message: number,
      headers: Pointer,
    ) => number,
    lastHeader: fn('int rd_kafka_header_get_last(uint64_t headers, void *name, void *value, void *size)') as (
      headers: number,
      name: Pointer,
      value: Pointer,
      size: Pointer,
    ) => number,
    messageDestroy: fn('void rd_kafka_message_destroy(uint64_t message)') as (address: number) => void,
    offsetStoreMessage: fn('void *rd_kafka_offset_store_message(void *message)') as (
      message: Pointer,
    ) => Pointer | null,
    commitQueue: fn('int rd_kafka_commit_queue(void *rk, void *offsets, void *queue, void *cb, void *opaque)'),
    consumerCloseQueue: fn('void *rd_kafka_consumer_close_queue(void *rk, void *queue)') as (
      rk: Pointer,
      queue: Pointer,
    ) => Pointer | null,
    consumerClosed: fn('int rd_kafka_consumer_closed(void *rk)') as (rk: Pointer) => number,
    topicName: fn('str rd_kafka_topic_name(void *rkt)') as (rkt: Pointer) => string,
    partitionListNew: fn('void *rd_kafka_topic_partition_list_new(int size)'),
    partitionListAdd: fn('void *rd_kafka_topic_partition_list_add(void *list, str topic, int32_t partition)'),
    offsetsStore: fn('int rd_kafka_offsets_store(void *rk, void *list)'),
    partitionListDestroy: fn('void rd_kafka_topic_partition_list_destroy(void *list)'),

    metadata: fn('int rd_kafka_metadata(void *rk, int allTopics, void *rkt, _Out_ void **metadata, int timeoutMs)'),
    clusterId: fn('void *rd_kafka_clusterid(void *rk, int timeoutMs)'),
    memoryFree: fn('void rd_kafka_mem_free(void *rk, void *memory)'),
    metadataDestroy: fn('void rd_kafka_metadata_destroy(void *metadata)'),
    watermarks: fn(
      'int rd_kafka_query_watermark_offsets(void *rk, str topic, int32_t partition, _Out_ int64_t *low, _Out_ int64_t *high, int timeoutMs)',
    ),

    newTopic: fn('void *rd_kafka_NewTopic_new(str topic, int partitions, int replicas, void *errstr, size_t size)'),
    newTopicConfig: fn('int rd_kafka_NewTopic_set_config(void *newTopic, str name, str value)'),
    newTopicDestroy: fn('void rd_kafka_NewTopic_destroy(void *newTopic)'),
    createTopics: fn('void rd_kafka_CreateTopics(void *rk, void *newTopics, size_t count, void *options, void *queue)'),
    createTopicsTopics: fn('void *rd_kafka_CreateTopics_result_topics(void *result, _Out_ size_t *count)'),
    deleteTopic: fn('void *rd_kafka_DeleteTopic_new(str topic)'),
    deleteTopicDestroy: fn('void rd_kafka_DeleteTopic_destroy(void *deleteTopic)'),
    deleteTopics: fn('void rd_kafka_DeleteTopics(void *rk, void *topics, size_t count, void *options, void *queue)'),
    deleteTopicsTopics: fn('void *rd_kafka_DeleteTopics_result_topics(void *result, _Out_ size_t *count)'),
    topicResultError: fn('int rd_kafka_topic_result_error(void *topicResult)'),
    topicResultErrorText: fn('str rd_kafka_topic_result_error_string(void *topicResult)'),
    topicResultName: fn('str rd_kafka_topic_result_name(void *topicResult)'),
    topicNames: fn('void *rd_kafka_TopicCollection_of_topic_names(str *names, size_t count)'),
    topicNamesDestroy: fn('void rd_kafka_TopicCollection_destroy(void *names)'),
    describeTopics: fn('void rd_kafka_DescribeTopics(void *rk, void *names, void *options, void *queue)'),
    describeTopicsTopics: fn('void *rd_kafka_DescribeTopics_result_topics(void *result, _Out_ size_t *count)'),
    topicDescriptionName: fn('str rd_kafka_TopicDescription_name(void *topic)'),
    topicDescriptionError: fn('void *rd_kafka_TopicDescription_error(void *topic)'),
    topicDescriptionId: fn('void *rd_kafka_TopicDescription_topic_id(void *topic)'),
    topicDescriptionPartitions: fn('void *rd_kafka_TopicDescription_partitions(void *topic, _Out_ size_t *count)'),
    uuidText: fn('str rd_kafka_Uuid_base64str(void *uuid)'),
    configResource: fn('void *rd_kafka_ConfigResource_new(int type, str name)'),
    configResourceDestroy: fn('void rd_kafka_ConfigResource_destroy(void *resource)'),
    configResourceName: fn('str rd_kafka_ConfigResource_name(void *resource)'),
    configResourceError: fn('int rd_kafka_ConfigResource_error(void *resource)'),
    configResourceConfigs: fn('void *rd_kafka_ConfigResource_configs(void *resource, _Out_ size_t *count)'),
    configEntryName: fn('str rd_kafka_ConfigEntry_name(void *entry)'),
    configEntryValue: fn('str rd_kafka_ConfigEntry_value(void *entry)'),
    describeConfigs: fn(
      'void rd_kafka_DescribeConfigs(void *rk, void *resources, size_t count, void *options, void *queue)',
    ),
    describeConfigsResources: fn('void *rd_kafka_DescribeConfigs_result_resources(void *result, _Out_ size_t *count)'),

    mockClusterNew: fn('void *rd_kafka_mock_cluster_new(void *rk, int brokers)'),
    mockClusterDestroy: fn('void rd_kafka_mock_cluster_destroy(void *cluster)'),
    mockBootstraps: fn('str rd_kafka_mock_cluster_bootstraps(void *cluster)'),
    mockTopicCreate: fn('int rd_kafka_mock_topic_create(void *cluster, str topic, int partitions, int replicas)'),
    mockTopicDelete: fn('int rd_kafka_mock_topic_delete(void *cluster, str topic)'),
    mockGroupRebalanceDelay: fn('void rd_kafka_mock_group_initial_rebalance_delay_ms(void *cluster, int32_t delayMs)'),
    mockBrokerSetRtt: fn('int rd_kafka_mock_broker_set_rtt(void *cluster, int32_t broker, int rttMs)'),
    mockBrokerSetDown: fn('int rd_kafka_mock_broker_set_down(void *cluster, int32_t broker)'),
    mockBrokerSetUp: fn('int rd_kafka_mock_broker_set_up(void *cluster, int32_t broker)'),
    mockSetLeader: fn(
      'int rd_kafka_mock_partition_set_leader(void *cluster, str topic, int32_t partition, int32_t broker)',
    ),
    mockBrokerPushErrorRtts: fn(
      'int rd_kafka_mock_broker_push_request_error_rtts(void *cluster, int32_t broker, int16_t api, size_t count, ...)',
    ),
  };
}

/** A C function that waits, on one of koffi's threads. */
export function callAsync<T>(
  fn: { async?: (...args: unknown[]) => void } & ((...args: never[]) => unknown),
  ...args: unknown[]
): Promise<T> {
  return new Promise((resolve, reject) => {
    fn.async!(...args, (error: unknown, result: T) => (error ? reject(error) : resolve(result)));
  });
}

/** Memory whose address is given to C: shared, so that it is never moved, and referenced by whoever holds this. */
export interface NativeBuffer {
  readonly bytes: Uint8Array;
  readonly address: Pointer;
}

export function nativeBuffer(size: number): NativeBuffer {
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  return { bytes, address: koffi.address(bytes) };
}

/** Text up to the first NUL of a C error buffer. */
export function cText(buffer: NativeBuffer): string {
  const end = buffer.bytes.indexOf(0);
  return Buffer.from(buffer.bytes.slice(0, end < 0 ? undefined : end)).toString('utf8');
}
