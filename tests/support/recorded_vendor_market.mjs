// A small made-up market, the same on every machine and on every day: what the recorded vendor server serves.
//
// Every number follows from the company's place in the list and the civil day. Raw prices jump at splits and share
// counts with them, so a market cap moves through a split smoothly.

const DAY_MS = 86_400_000;
export const DELISTED = { index: 9, lastDay: '2026-06-30' };
const FUND = 'RVETF';

export const dayNumber = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY_MS);
export const dayText = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);
export const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && dayText(dayNumber(text)) === text;
const isWeekday = (number) => ![0, 6].includes(new Date(number * DAY_MS).getUTCDay());

/** The first weekday on or after the 10th of a month: never a holiday in March, February, May, August or November. */
function tenth(year, month) {
  let number = dayNumber(`${year}-${String(month).padStart(2, '0')}-10`);
  while (!isWeekday(number)) number += 1;
  return number;
}

const years = (first, last) => {
  const [from, to] = [first, last].map((number) => Number(dayText(number).slice(0, 4)));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
};

function symbol(index) {
  if (index === 1 || index === 2) return `RVB.${'AB'[index - 1]}`;
  const letter = (place) => String.fromCharCode(65 + (Math.floor(index / 26 ** place) % 26));
  return `RV${letter(2)}${letter(1)}${letter(0)}`;
}

/** Companies 7 and 23 split 2:1 in even years and 1:2 in odd ones, in March and in November. */
const SPLITTERS = [{ index: 7, month: 3 }, { index: 23, month: 11 }];

function splitFactor(index, number) {
  const splitter = SPLITTERS.find((candidate) => candidate.index === index);
  if (!splitter) return 1;
  const year = Number(dayText(number).slice(0, 4));
  const isDone = number >= tenth(year, splitter.month);
  return (year % 2 === 0) === isDone ? 2 : 1;
}

export function market(companies) {
  const list = Array.from({ length: companies }, (_, index) => ({
    index,
    ticker: symbol(index),
    cik: String(9_000_000 + (index === 2 ? 1 : index)).padStart(10, '0'),
    name: index === 1 || index === 2 ? `Recorded B Class ${'AB'[index - 1]}` : `Recorded ${symbol(index)} Inc.`,
    exchange: ['XNYS', 'XNAS', 'XASE'][index % 3],
    shares: 1_000_000 * (2_000 - (index * 7) % 1_900),
  }));
  const isListed = (company, number) => company.index !== DELISTED.index || number <= dayNumber(DELISTED.lastDay);
  const close = (company, number) => {
    // A slow wave and a faster ripple around a level of its own.
    const wave = Math.sin((number % 250) / 250 * 2 * Math.PI + company.index);
    const ripple = Math.sin((number % 7) / 7 * 2 * Math.PI + company.index * 3);
    const level = 40 + (company.index * 37) % 400;
    return Number((level * (1 + 0.2 * wave + 0.01 * ripple) / splitFactor(company.index, number)).toFixed(4));
  };
  const bar = (ticker, c, number, index) => {
    const o = Number((c * (1 + 0.002 * Math.sin(number + index))).toFixed(4));
    const [h, l] = [Math.max(o, c) * 1.004, Math.min(o, c) * 0.996].map((price) => Number(price.toFixed(4)));
    // The vendor stamps a day's bar with the instant of the close, 16:00 in New York.
    return { T: ticker, v: 100_000 + index * 1_000, vw: c, o, c, h, l, t: number * DAY_MS + 20 * 3_600_000, n: 500 };
  };

  const bars = (number) => {
    if (!isWeekday(number)) return [];
    const listed = list.filter((company) => isListed(company, number));
    // A fund trades too: grouped answers hold every instrument, not only common stocks.
    return [...listed.map((company) => bar(company.ticker, close(company, number), number, company.index)),
      bar(FUND, 100, number, 0)];
  };

  const reference = (company) => ({
    ticker: company.ticker, name: company.name, market: 'stocks', locale: 'us', primary_exchange: company.exchange,
    type: 'CS', active: true, currency_name: 'usd', cik: company.cik, last_updated_utc: '2026-01-02T00:00:00Z',
  });
  const tickers = (number) => list.filter((company) => isListed(company, number)).map(reference);

  const details = (ticker, number) => {
    if (ticker === FUND) return { ...reference({ ticker, name: 'Recorded Fund', exchange: 'ARCX', cik: '' }), type: 'ETF' };
    const company = list.find((candidate) => candidate.ticker === ticker && isListed(candidate, number));
    if (!company) return null;
    const shares = company.shares * splitFactor(company.index, number);
    const whole = { weighted_shares_outstanding: shares, market_cap: shares * close(company, number) };
    // Every eleventh company's own count is missing, as it is for some lines of the vendor.
    const own = company.index % 11 === 10 ? {} : { share_class_shares_outstanding: shares };
    return { ...reference(company), list_date: '2010-01-04', sic_description: 'SERVICES', ...own, ...whole };
  };

  /** Monthly contracts around the close, as they are quoted at 16:00 in New York of a winter day. */
  const chain = (ticker, number) => {
    const company = list.find((candidate) => candidate.ticker === ticker);
    if (!company) return [];
    const spot = close(company, number), instant = (number * DAY_MS + 20 * 3_600_000) * 1e6;
    const gap = Math.max(1, Math.round(spot / 40));
    return [28, 56].flatMap((days) => Array.from({ length: 11 }, (_, step) => Math.round(spot / gap + step - 5) * gap)
      .flatMap((strike) => ['call', 'put'].map((type) => {
        const until = dayText(number + days), sign = type === 'call' ? 1 : -1;
        const mid = Math.max(sign * (spot - strike), 0) + spot * 0.05 * Math.sqrt(days / 28) * Math.exp(-Math.abs(spot - strike) / (spot * 0.1));
        const symbol = `O:${ticker}${until.slice(2).replaceAll('-', '')}${type[0].toUpperCase()}${String(strike * 1000).padStart(8, '0')}`;
        return {
          details: { contract_type: type, exercise_style: 'american', expiration_date: until, shares_per_contract: 100, strike_price: strike, ticker: symbol },
          day: { volume: 10, close: mid, last_updated: instant }, open_interest: 100, implied_volatility: 0.3,
          greeks: { delta: sign * 0.5, gamma: 0.01, theta: -0.05, vega: 0.1 },
          last_quote: { bid: Number((mid * 0.98).toFixed(2)), ask: Number((mid * 1.02 + 0.01).toFixed(2)), last_updated: instant, timeframe: 'DELAYED' },
          underlying_asset: { price: spot, ticker, timeframe: 'DELAYED' },
        };
      })));
  };

  const within = (first, last) => ({ number }) => number >= first && number <= last;
  const splits = (first, last) => years(first, last)
    .flatMap((year) => SPLITTERS.filter(({ index }) => index < companies).map(({ index, month }) => {
      const [split_from, split_to] = year % 2 === 0 ? [1, 2] : [2, 1];
      return { number: tenth(year, month), row: { id: `S${index}-${year}`, ticker: symbol(index), split_from, split_to } };
    }))
    .filter(within(first, last))
    .map(({ number, row }) => ({ ...row, execution_date: dayText(number) }));

  const dividends = (first, last) => years(first, last)
    .flatMap((year) => [2, 5, 8, 11].flatMap((month) => payments(list, year, month)))
    .filter(within(first, last))
    .map(({ number, row }) => ({ ...row, ex_dividend_date: dayText(number), record_date: dayText(number) }));

  return { bars, tickers, details, chain, splits, dividends };
}

/** Every third company pays; company 0 pays a special one in November too, company 4 pays in another currency. */
function payments(list, year, month) {
  const number = tenth(year, month);
  const pay = (company, type, cash_amount, currency = 'USD') => ({
    number,
    row: { id: `D${company.index}-${year}-${month}-${type}`, ticker: company.ticker, cash_amount, currency,
      dividend_type: type, frequency: type === 'CD' ? 4 : 0 },
  });
  return list.flatMap((company) => [
    ...(company.index % 3 === 0 ? [pay(company, 'CD', 0.25)] : []),
    ...(company.index === 0 && month === 11 ? [pay(company, 'SC', 1)] : []),
    ...(company.index === 4 ? [pay(company, 'CD', 0.3, 'CAD')] : []),
  ]);
}
