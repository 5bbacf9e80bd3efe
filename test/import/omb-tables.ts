/**
 * The published workloads and Kafka drivers of the OpenMessaging Benchmark as keys and values
 * (github.com/openmessaging/benchmark, commit 8559989).
 */

/** file | name | topics | partitionsPerTopic | messageSize | payload | producersPerTopic | subscriptionsPerTopic | consumerPerSubscription | producerRate | consumerBacklogSizeGB | testDurationMinutes | keyDistributor */
const WORKLOADS = `
1-topic-1-partition-100b | 1 topic / 1 partition / 100b | 1 | 1 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 50000 | 0 | 15 |
1-topic-1-partition-1kb | 1 topic / 1 partition / 1Kb | 1 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 50000 | 0 | 15 | NO_KEY
1-topic-100-partitions-1kb-4p-4c-1000k | 1000k rate 4 producers and 4 consumers on 1 topic / 100 partition | 1 | 100 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 1000000 | 0 | 5 |
1-topic-100-partitions-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 1 topic / 100 partition | 1 | 100 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
1-topic-100-partitions-1kb-4p-4c-200k-backlog | Backlog for 200k rate 4 producers and 4 consumers on 1 topic / 100 partition | 1 | 100 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 200000 | 512 | 5 |
1-topic-100-partitions-1kb-4p-4c-200k | 200k rate 4 producers and 4 consumers on 1 topic / 100 partition | 1 | 100 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 200000 | 0 | 5 |
1-topic-100-partitions-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 1 topic / 100 partition | 1 | 100 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
1-topic-100-partitions-1kb | 1 producer / 1 consumers on 1 topic | 1 | 100 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 50000 | 0 | 240 |
1-topic-10000-partitions-1kb-4p-4c-1000k | 1000k rate 4 producers and 4 consumers on 1 topic / 10000 partition | 1 | 10000 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 1000000 | 0 | 5 |
1-topic-10000-partitions-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 1 topic / 10000 partition | 1 | 10000 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
1-topic-10000-partitions-1kb-4p-4c-200k | 200k rate 4 producers and 4 consumers on 1 topic / 10000 partition | 1 | 10000 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 200000 | 0 | 5 |
1-topic-10000-partitions-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 1 topic / 10000 partition | 1 | 10000 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
1-topic-16-partition-100b | 1 topic / 16 partition / 100b | 1 | 16 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 50000 | 0 | 15 |
1-topic-16-partitions-1kb | 1 producer / 1 consumers on 1 topic | 1 | 16 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 50000 | 0 | 15 |
1-topic-3-partition-100b-3producers | 1 topic / 3 partition / 100b / 3 producers | 1 | 3 | 100 | payload/payload-100b.data | 3 | 1 | 1 | 0 | 0 | 15 |
1-topic-6-partition-100b | 1 topic / 6 partition / 100b | 1 | 6 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 50000 | 0 | 15 |
100-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 100 topic | 100 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
100-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 100 topic | 100 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
100-topics-1-partitions-1kb | 1 producer / 3 consumers on 100 topics | 100 | 1 | 1024 | payload/payload-1Kb.data | 1 | 3 | 1 | 150000 | 0 | 240 |
100k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 100k topic | 100000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
100k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 100k topic | 100000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
100k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 100k topic | 100000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
10k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 10k topic | 10000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
10k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 10k topic | 10000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
10k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 10k topic | 10000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
1k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 1k topic | 1000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
1k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 1k topic | 1000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
1k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 1k topic | 1000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
1m-10-topics-1-partition-100b | 1m-10-topics-1-partition-100b | 10 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-16-partitions-100b | 1m-10-topics-16-partitions-100b | 10 | 16 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-2-partitions-100b | 1m-10-topics-2-partitions-100b | 10 | 2 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-3-partitions-100b | 1m-10-topics-3-partitions-100b | 10 | 3 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-4-partitions-100b | 1m-10-topics-4-partitions-100b | 10 | 4 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-6-partitions-100b | 1m-10-topics-6-partitions-100b | 10 | 6 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-10-topics-9-partitions-100b | 1m-10-topics-9-partitions-100b | 10 | 9 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 1000000 | 0 | 15 |
1m-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 1m topic | 1000000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
1m-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 1m topic | 1000000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
200k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 200k topic | 200000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
200k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 200k topic | 200000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
200k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 200k topic | 200000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
300k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 300k topic | 300000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
300k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 300k topic | 300000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
400k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 400k topic | 400000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
400k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 400k topic | 400000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
500-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 500 topic | 500 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
500-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 500 topic | 500 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
500k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 500k topic | 500000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
500k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 500k topic | 500000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
50k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 50k topic | 50000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
50k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 50k topic | 50000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
50k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 50k topic | 50000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
5k-topic-1kb-4p-4c-100k | 100k rate 4 producers and 4 consumers on 5k topic | 5000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 100000 | 0 | 5 |
5k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 5k topic | 5000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
5k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 5k topic | 5000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
600k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 600k topic | 600000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
600k-topic-1kb-4p-4c-600k | 500k rate 4 producers and 4 consumers on 600k topic | 600000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
700k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 700k topic | 700000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
700k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 700k topic | 700000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
800k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 800k topic | 800000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
800k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 800k topic | 800000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
900k-topic-1kb-4p-4c-2000k | 2000k rate 4 producers and 4 consumers on 900k topic | 900000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 2000000 | 0 | 5 |
900k-topic-1kb-4p-4c-500k | 500k rate 4 producers and 4 consumers on 900k topic | 900000 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 4 | 500000 | 0 | 5 |
backlog-1-topic-1-partition-1kb | 1 producer / 1 consumers on 1 topic | 1 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 100000 | 100 | 5 |
backlog-1-topic-16-partitions-1kb | 1 producer / 1 consumers on 1 topic | 1 | 16 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 100000 | 100 | 5 |
max-rate-1-topic-1-partition-1p-1c-100b | max-rate-1-topic-1-partition-1p-1c-100b | 1 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-1-partition-1p-1c-1kb | max-rate-1-topic-1-partition-1p-1c-1kb | 1 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-1-partition-1p-1c-64kb | max-rate-1-topic-1-partition-1p-1c-64kb | 1 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-1-partition-4p-1c-1kb | max-rate-1-topic-1-partition-4p-1c-1kb | 1 | 1 | 1024 | random 0.5 of 1000 | 4 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-10p-10c-100b | max-rate-1-topic-10-partitions-10p-10c-100b | 1 | 10 | 100 | random 0.5 of 1000 | 10 | 1 | 10 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-10p-10c-1kb | max-rate-1-topic-10-partitions-10p-10c-1kb | 1 | 10 | 1024 | random 0.5 of 1000 | 10 | 1 | 10 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-10p-10c-64kb | max-rate-1-topic-10-partitions-10p-10c-64kb | 1 | 10 | 65536 | random 0.5 of 100 | 10 | 1 | 10 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-1p-1c-100b | max-rate-1-topic-100-partitions-1p-1c-100b | 1 | 10 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-1p-1c-1kb | max-rate-1-topic-100-partitions-1p-1c-1kb | 1 | 10 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-10-partitions-1p-1c-64kb | max-rate-1-topic-100-partitions-1p-1c-64kb | 1 | 10 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-100-partitions-100b | Max rate 1 producer on 1 topic / 100 partition / 100 bytes | 1 | 100 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 0 | 0 | 5 |
max-rate-1-topic-100-partitions-100p-100c-100b | max-rate-1-topic-100-partitions-100p-100c-100b | 1 | 100 | 100 | random 0.5 of 1000 | 100 | 1 | 100 | 10000000 | 0 | 5 |
max-rate-1-topic-100-partitions-100p-100c-1kb | max-rate-1-topic-100-partitions-100p-100c-1kb | 1 | 100 | 1024 | random 0.5 of 1000 | 100 | 1 | 100 | 10000000 | 0 | 5 |
max-rate-1-topic-100-partitions-100p-100c-64kb | max-rate-1-topic-100-partitions-100p-100c-64kb | 1 | 100 | 65536 | random 0.5 of 100 | 100 | 1 | 100 | 10000000 | 0 | 5 |
max-rate-1-topic-100-partitions-1kb | Max rate 1 producer on 1 topic / 100 partition | 1 | 100 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 0 | 0 | 5 |
max-rate-1-topic-100-partitions-1p-1c-100b | max-rate-1-topic-100-partitions-1p-1c-100b | 1 | 100 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-100-partitions-1p-1c-1kb | max-rate-1-topic-100-partitions-1p-1c-1kb | 1 | 100 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-1-topic-16-partitions-100b | Max rate 1 producer on 1 topic / 16 partitions | 1 | 16 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 0 | 0 | 5 |
max-rate-1-topic-16-partitions-1kb | Max rate 1 producer on 1 topic / 1 partition | 1 | 16 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 0 | 0 | 5 |
max-rate-1-topic-20-partitions-20p-20c-100b | max-rate-1-topic-20-partitions-20p-20c-100b | 1 | 20 | 100 | random 0.5 of 1000 | 20 | 1 | 20 | 10000000 | 0 | 5 |
max-rate-1-topic-20-partitions-20p-20c-1kb | max-rate-1-topic-20-partitions-20p-20c-1kb | 1 | 20 | 1024 | random 0.5 of 1000 | 20 | 1 | 20 | 10000000 | 0 | 5 |
max-rate-1-topic-20-partitions-20p-20c-64kb | max-rate-1-topic-20-partitions-20p-20c-64kb | 1 | 20 | 65536 | random 0.5 of 100 | 20 | 1 | 20 | 10000000 | 0 | 5 |
max-rate-1-topic-30-partitions-30p-30c-100b | max-rate-1-topic-30-partitions-30p-30c-100b | 1 | 30 | 100 | payload/payload-100b.data | 30 | 1 | 30 | 10000000 | 0 | 5 |
max-rate-1-topic-30-partitions-30p-30c-1kb | max-rate-1-topic-30-partitions-30p-30c-1kb | 1 | 30 | 1024 | payload/payload-1Kb.data | 30 | 1 | 30 | 10000000 | 0 | 5 |
max-rate-1-topic-40-partitions-40p-40c-100b | max-rate-1-topic-40-partitions-40p-40c-100b | 1 | 40 | 100 | random 0.5 of 1000 | 40 | 1 | 40 | 10000000 | 0 | 5 |
max-rate-1-topic-40-partitions-40p-40c-1kb | max-rate-1-topic-40-partitions-40p-40c-1kb | 1 | 40 | 1024 | random 0.5 of 1000 | 40 | 1 | 40 | 10000000 | 0 | 5 |
max-rate-1-topic-40-partitions-40p-40c-64kb | max-rate-1-topic-40-partitions-40p-40c-64kb | 1 | 40 | 65536 | random 0.5 of 100 | 40 | 1 | 40 | 10000000 | 0 | 5 |
max-rate-1-topic-50-partitions-50p-50c-100b | max-rate-1-topic-50-partitions-50p-50c-100b | 1 | 50 | 100 | payload/payload-100b.data | 50 | 1 | 50 | 10000000 | 0 | 5 |
max-rate-1-topic-50-partitions-50p-50c-1kb | max-rate-1-topic-50-partitions-50p-50c-1kb | 1 | 50 | 1024 | payload/payload-1Kb.data | 50 | 1 | 50 | 10000000 | 0 | 5 |
max-rate-1-topic-60-partitions-60p-60c-100b | max-rate-1-topic-60-partitions-60p-60c-100b | 1 | 60 | 100 | random 0.5 of 1000 | 60 | 1 | 60 | 10000000 | 0 | 5 |
max-rate-1-topic-60-partitions-60p-60c-1kb | max-rate-1-topic-60-partitions-60p-60c-1kb | 1 | 60 | 1024 | random 0.5 of 1000 | 60 | 1 | 60 | 10000000 | 0 | 5 |
max-rate-1-topic-60-partitions-60p-60c-64kb | max-rate-1-topic-60-partitions-60p-60c-64kb | 1 | 60 | 65536 | random 0.5 of 100 | 60 | 1 | 60 | 10000000 | 0 | 5 |
max-rate-1-topic-70-partitions-70p-70c-100b | max-rate-1-topic-70-partitions-70p-70c-100b | 1 | 70 | 100 | payload/payload-100b.data | 70 | 1 | 70 | 10000000 | 0 | 5 |
max-rate-1-topic-70-partitions-70p-70c-1kb | max-rate-1-topic-70-partitions-70p-70c-1kb | 1 | 70 | 1024 | payload/payload-1Kb.data | 70 | 1 | 70 | 10000000 | 0 | 5 |
max-rate-1-topic-80-partitions-80p-80c-100b | max-rate-1-topic-80-partitions-80p-80c-100b | 1 | 80 | 100 | random 0.5 of 1000 | 80 | 1 | 80 | 10000000 | 0 | 5 |
max-rate-1-topic-80-partitions-80p-80c-1kb | max-rate-1-topic-80-partitions-80p-80c-1kb | 1 | 80 | 1024 | random 0.5 of 1000 | 80 | 1 | 80 | 10000000 | 0 | 5 |
max-rate-1-topic-80-partitions-80p-80c-64kb | max-rate-1-topic-80-partitions-80p-80c-64kb | 1 | 80 | 65536 | random 0.5 of 100 | 80 | 1 | 80 | 10000000 | 0 | 5 |
max-rate-1-topic-90-partitions-90p-90c-100b | max-rate-1-topic-90-partitions-90p-90c-100b | 1 | 90 | 100 | payload/payload-100b.data | 90 | 1 | 90 | 10000000 | 0 | 5 |
max-rate-1-topic-90-partitions-90p-90c-1kb | max-rate-1-topic-90-partitions-90p-90c-1kb | 1 | 90 | 1024 | payload/payload-1Kb.data | 90 | 1 | 90 | 10000000 | 0 | 5 |
max-rate-10-topics-1-partition-100b | max-rate-10-topics-1-partition-100b | 10 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-10-topics-1-partition-1kb | max-rate-10-topics-1-partition-1kb | 10 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-10-topics-1-partition-64kb | max-rate-10-topics-1-partition-64kb | 10 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-100-topics-1-partition-100b | max-rate-100-topics-1-partition-100b | 100 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-100-topics-1-partition-1kb | max-rate-100-topics-1-partition-1kb | 100 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-100-topics-1-partition-64kb | max-rate-100-topics-1-partition-64kb | 100 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-20-topics-1-partition-100b | max-rate-20-topics-1-partition-100b | 20 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-20-topics-1-partition-1kb | max-rate-20-topics-1-partition-1kb | 20 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-20-topics-1-partition-64kb | max-rate-20-topics-1-partition-64kb | 20 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-30-topics-1-partition-100b | max-rate-30-topics-1-partition-100b | 30 | 1 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-30-topics-1-partition-1kb | max-rate-30-topics-1-partition-1kb | 30 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-40-topics-1-partition-100b | max-rate-40-topics-1-partition-100b | 40 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-40-topics-1-partition-1kb | max-rate-40-topics-1-partition-1kb | 40 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-40-topics-1-partition-64kb | max-rate-40-topics-1-partition-64kb | 40 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-50-topics-1-partition-100b | max-rate-50-topics-1-partition-100b | 50 | 1 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-50-topics-1-partition-1kb | max-rate-50-topics-1-partition-1kb | 50 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-60-topics-1-partition-100b | max-rate-60-topics-1-partition-100b | 60 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-60-topics-1-partition-1kb | max-rate-60-topics-1-partition-1kb | 60 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-60-topics-1-partition-64kb | max-rate-60-topics-1-partition-64kb | 60 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-70-topics-1-partition-100b | max-rate-70-topics-1-partition-100b | 70 | 1 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-70-topics-1-partition-1kb | max-rate-70-topics-1-partition-1kb | 70 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-80-topics-1-partition-100b | max-rate-80-topics-1-partition-100b | 80 | 1 | 100 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-80-topics-1-partition-1kb | max-rate-80-topics-1-partition-1kb | 80 | 1 | 1024 | random 0.5 of 1000 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-80-topics-1-partition-64kb | max-rate-80-topics-1-partition-64kb | 80 | 1 | 65536 | random 0.5 of 100 | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-90-topics-1-partition-100b | max-rate-90-topics-1-partition-100b | 90 | 1 | 100 | payload/payload-100b.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
max-rate-90-topics-1-partition-1kb | max-rate-90-topics-1-partition-1kb | 90 | 1 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000000 | 0 | 5 |
simple-workload | Simple Workload 1 producer on 1 topic | 1 | 10 | 1024 | payload/payload-1Kb.data | 1 | 1 | 1 | 10000 | 0 | 5 |
`;

/** file | name | topicConfig | commonConfig | producerConfig; replicas, servers and consumerConfig are the same in all. */
const DRIVERS = `
kafka-big-batches | Kafka | | | acks=all linger.ms=100 batch.size=1048576 max.request.size=4194304
kafka-big-batches-gzip | Kafka | | | acks=all linger.ms=200 batch.size=1048576 compression.type=gzip
kafka-big-batches-lz4 | Kafka | | | acks=all linger.ms=200 batch.size=1048576 compression.type=lz4
kafka-big-batches-snappy | Kafka | | | acks=all linger.ms=200 batch.size=1048576 compression.type=snappy
kafka-big-batches-zstd | Kafka | | | acks=all linger.ms=200 batch.size=1048576 compression.type=zstd
kafka-compression-gzip | Kafka | | | acks=all linger.ms=1 batch.size=1048576 compression.type=gzip
kafka-compression-lz4 | Kafka | | | acks=all linger.ms=1 batch.size=1048576 compression.type=lz4
kafka-compression-snappy | Kafka | | | acks=all linger.ms=1 batch.size=1048576 compression.type=snappy
kafka-compression-zstd | Kafka | | | acks=all linger.ms=1 batch.size=1048576 compression.type=zstd
kafka-exactly-once | Kafka-exactly-once | | | enable.idempotence=true max.in.flight.requests.per.connection=1 retries=2147483647 acks=all linger.ms=1 batch.size=1048576
kafka-latency | Kafka | | | acks=all linger.ms=1 batch.size=131072
kafka-no-linger | Kafka | | | acks=all linger.ms=0 batch.size=1048576
kafka-sync | Kafka | flush.messages=1 flush.ms=0 | | acks=all linger.ms=1 batch.size=1048576
kafka-throughput | Kafka | | default.api.timeout.ms=1200000 request.timeout.ms=1200000 | acks=all linger.ms=1 batch.size=1048576
`;

export interface WorkloadRow {
  readonly file: string;
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

export interface DriverRow {
  readonly file: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export const workloads: readonly WorkloadRow[] = rowsOf(WORKLOADS).map(
  ([
    file,
    name,
    topics,
    partitions,
    size,
    payload,
    producers,
    subscriptions,
    consumers,
    rate,
    backlog,
    minutes,
    keys,
  ]) => {
    const random = /^random (\S+) of (\d+)$/.exec(payload!);
    const values = {
      name: name!,
      topics: Number(topics),
      partitionsPerTopic: Number(partitions),
      messageSize: Number(size),
      ...(random === null
        ? { payloadFile: payload! }
        : {
            useRandomizedPayloads: true,
            randomBytesRatio: Number(random[1]),
            randomizedPayloadPoolSize: Number(random[2]),
          }),
      producersPerTopic: Number(producers),
      subscriptionsPerTopic: Number(subscriptions),
      consumerPerSubscription: Number(consumers),
      producerRate: Number(rate),
      consumerBacklogSizeGB: Number(backlog),
      testDurationMinutes: Number(minutes),
      ...(keys && { keyDistributor: keys }),
    };
    return { file: `${file}.yaml`, values };
  },
);

export const drivers: readonly DriverRow[] = rowsOf(DRIVERS).map(([file, name, topic, common, producer]) => ({
  file: `${file}.yaml`,
  values: {
    name: name!,
    driverClass: 'io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver',
    replicationFactor: 3,
    topicConfig: linesOf(`min.insync.replicas=2 ${topic}`),
    commonConfig: linesOf(`bootstrap.servers=localhost:9092 ${common}`),
    producerConfig: linesOf(producer!),
    consumerConfig: linesOf('auto.offset.reset=earliest enable.auto.commit=false max.partition.fetch.bytes=10485760'),
  },
}));

function rowsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

function linesOf(properties: string): string {
  return `${properties.trim().replaceAll(' ', '\n')}\n`;
}
