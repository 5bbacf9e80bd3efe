/** Whether threads may be in C calls that nothing ends: the end of the process must not wait for them. */
let mayHang = false;

export function threadsMayHang(): void {
  mayHang = true;
}

export function mayThreadsHang(): boolean {
  return mayHang;
}
