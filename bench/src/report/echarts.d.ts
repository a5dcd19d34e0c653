// Types of the chart library for a clone without it: charts.ts says what of it is used.
declare module 'echarts';
