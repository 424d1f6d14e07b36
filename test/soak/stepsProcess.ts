import { trainLong, type Execution } from './steps';

// stepsProcess.js METHOD EXECUTION STEPS: prints what was measured as JSON
const [method, execution, steps] = process.argv.slice(2);
trainLong(method, execution as Execution, Number(steps)).then(
  (measured) => process.stdout.write(JSON.stringify(measured)),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
