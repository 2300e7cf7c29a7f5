// The exchange's sessions of the markets that are made up for the benchmarks.

/** Its closures from 2017 to 2024, besides weekends. */
const CLOSED = new Set(
  ("2017-01-02 2017-01-16 2017-02-20 2017-04-14 2017-05-29 2017-07-04 2017-09-04 2017-11-23 2017-12-25 " +
    "2018-01-01 2018-01-15 2018-02-19 2018-03-30 2018-05-28 2018-07-04 2018-09-03 2018-11-22 2018-12-05 2018-12-25 " +
    "2019-01-01 2019-01-21 2019-02-18 2019-04-19 2019-05-27 2019-07-04 2019-09-02 2019-11-28 2019-12-25 " +
    "2020-01-01 2020-01-20 2020-02-17 2020-04-10 2020-05-25 2020-07-03 2020-09-07 2020-11-26 2020-12-25 " +
    "2021-01-01 2021-01-18 2021-02-15 2021-04-02 2021-05-31 2021-07-05 2021-09-06 2021-11-25 2021-12-24 " +
    "2022-01-17 2022-02-21 2022-04-15 2022-05-30 2022-06-20 2022-07-04 2022-09-05 2022-11-24 2022-12-26 " +
    "2023-01-02 2023-01-16 2023-02-20 2023-04-07 2023-05-29 2023-06-19 2023-07-04 2023-09-04 2023-11-23 2023-12-25 " +
    "2024-01-01 2024-01-15 2024-02-19 2024-03-29 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-11-28 2024-12-25").split(" "),
);
export const DAY_MS = 86_400_000;

export const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

/** The first sessions from a day on, as Unix milliseconds; as many as asked for, or all until the end of 2024. */
export function sessionsFrom(day, most = Infinity) {
  const sessions = [];
  for (let time = Date.parse(day); time < Date.UTC(2025, 0, 1) && sessions.length < most; time += DAY_MS) {
    if (new Date(time).getUTCDay() % 6 !== 0 && !CLOSED.has(isoDay(time))) sessions.push(time);
  }
  return sessions;
}
