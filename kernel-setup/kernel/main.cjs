// The kernel's entry, started by share/kernels/tslab/kernel.json: node main.cjs <connection file>.
// It starts the tslab that package-lock.json pins, whatever folder Jupyter starts it in, and no other that may be installed.
'use strict';
const { startKernel } = require('tslab/dist/main.js');

startKernel({ configPath: process.argv[2], enableFindLocal: false, jsKernel: false, globalVersion: '' });
