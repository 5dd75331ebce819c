export * from './api.ts';
export * from './configuration.ts';
export * from './datasets.ts';
export * from './fields.ts';
export * from './masks.ts';
export * from './runs.ts';
export * from './trainer.ts';
export * from './validation.ts';
