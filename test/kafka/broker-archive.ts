/**
 * A class-data archive of the broker: its classes as the JVM keeps them in memory. With it a node listens after about
 * 1.5 s and 2 CPU seconds instead of 5 s and 5, so it is made once, beside the jars.
 */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';

/**
 * The JVM's flags for it; none where it cannot be made, which costs time only. Another Java than the one it was made with
 * does without it, too.
 * @param classpath `FOLDER/*`; the archive is `FOLDER.jsa`
 * @param train runs a broker with these flags and ends it in an orderly way, when the JVM writes the file
 */
export async function brokerArchive(
  classpath: string,
  train: (flags: readonly string[]) => Promise<void>,
): Promise<string[]> {
  const file = `${classpath.replace(/\/\*$/, '')}.jsa`;
  if (!existsSync(file)) {
    const own = `${file}-${process.pid}`;
    await train([`-XX:ArchiveClassesAtExit=${own}`]);
    // Whoever comes second finds all of it or nothing.
    await rename(own, file).catch(() => rm(own, { force: true }));
  }
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : [];
}
