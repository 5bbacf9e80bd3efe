/** The script of the live page: from events to charts, and at the end to the report. */
import { render } from 'preact';
import type { LiveEvent } from '../live/live-event.ts';
import { type LiveState, NOTHING, withEvent } from '../live/live-state.ts';
import { type Connection, LivePage } from '../live-page.tsx';

/** Drawing takes no more than a fifth of the time, however long the run. */
const REST = 4;
/** After a refusal; a connection that breaks is tried again by the browser. */
const RETRY_MS = 5_000;

const root = document.querySelector('main')!;
let state: LiveState = NOTHING;
let connection: Connection = 'connecting';
let isDrawing = false;
let restMs = 0;
/** Of the process that serves: another one on the same port has another run. */
let process: string | undefined;

// The address may be shown to others, its token not: the cookie has it.
history.replaceState(null, '', location.pathname);
root.replaceChildren();
draw();
connect();

function connect(): void {
  const source = new EventSource('/events');
  source.onopen = () => show('open');
  source.onerror = () => {
    const isRefused = source.readyState === EventSource.CLOSED;
    show(isRefused ? 'refused' : 'lost');
    if (isRefused) setTimeout(connect, RETRY_MS);
  };
  source.onmessage = ({ data, lastEventId }) => {
    const [sender] = lastEventId.split('-');
    if (process !== undefined && sender !== process) state = NOTHING;
    process = sender;
    const event = JSON.parse(data as string) as LiveEvent;
    if (event.kind !== 'end') {
      state = withEvent(state, event);
      draw();
      return;
    }
    source.close();
    becomeReport(event.report);
  };
}

function show(next: Connection): void {
  connection = next;
  draw();
}

function draw(): void {
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(() => requestAnimationFrame(drawNow), restMs);
}

function drawNow(): void {
  isDrawing = false;
  // The report may be here already.
  if (!root.isConnected) return;
  const startMs = performance.now();
  const name = state.experiment?.name ?? state.run?.name;
  document.title = name === undefined ? 'Live page' : `${name}, live`;
  render(<LivePage state={state} connection={connection} />, root);
  restMs = REST * (performance.now() - startMs);
}

/** Its own script and style run as in the file; what is saved is the file. */
function becomeReport(report: string): void {
  const name = (state.experiment?.name ?? state.run?.name ?? 'load').replaceAll(/[^\w.-]+/g, '-');
  document.open();
  document.write(report);
  document.close();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([report], { type: 'text/html' }));
  link.download = `${name}-report.html`;
  link.textContent = 'Save this report';
  const line = document.createElement('p');
  line.className = 'screen';
  line.append(link);
  document.querySelector('main')!.prepend(line);
}
