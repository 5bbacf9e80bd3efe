/** Node's cache of compiled code on disk, where this version has one (22.8); a directory that cannot be written is not an error. */
import module from 'node:module';

/** For the modules that this thread loads from now on. Coverage is of what was compiled here. */
export function enableCompileCache(): void {
  if (process.env.NODE_V8_COVERAGE !== undefined) return;
  const { enableCompileCache: enable } = module as { readonly enableCompileCache?: () => void };
  enable?.();
}
