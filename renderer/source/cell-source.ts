// Owns making the source of an open cell, over a socket of its own to the robot host.

import type { LiveSourceMaker } from '../app/live-source.ts';
import { openReconnectingSocket } from '../app/reconnecting-socket.ts';
import { openLiveSource } from './live-source.ts';

export const sourceOfCell: LiveSourceMaker = ({ sockets }, client) =>
  openLiveSource({ ...sockets, client, openSocket: openReconnectingSocket });
