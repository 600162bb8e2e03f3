export { runSimulation } from './simulation.ts';
