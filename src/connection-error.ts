/** Why a connection failed, in a few words for a person. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'DNS does not answer',
};

export function connectionReason(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? (error.message || error.code || error.name);
}
