// Owns the process that test/faults/episode-kill.test.ts kills: it records state at 200 Hz and, if asked to, a stop now
// and then; it tells on stdout what it has recorded and which stops it knows to be written.

import { createNodeFileSink } from '../../drivers/episode/node-file-sink.ts';
import { createEpisodeWriter } from '../../drivers/episode/writer.ts';
import { INFO, recordSample, SAMPLES } from '../unit/episode-samples.ts';

const writer = createEpisodeWriter(await createNodeFileSink(process.argv[2]), {
  info: INFO,
  onError: (error) => {
    throw error;
  },
});
const tell = (text: string) => process.stdout.write(`${text}\n`);
const start = performance.now();
setInterval(() => {
  const timeS = (performance.now() - start) / 1000;
  recordSample(writer, '/robot/state', timeS);
  tell(`state ${timeS}`);
}, 5);

let stops = 0;
async function recordStop() {
  const stopId = `stop-${stops++}`;
  writer.record('/stop', (performance.now() - start) / 1000, { ...SAMPLES['/stop'], stopId });
  if ((await writer.flush()) === 'written') tell(`written ${stopId}`);
}
if (process.argv[3] === 'with-stops') setInterval(recordStop, 70);
