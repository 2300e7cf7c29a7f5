//! A series beside another one, and its statistics.

use serde_json::{Value, json};

use super::{SLUG, assert_same, build, market, number};

#[test]
fn a_series_beside_itself_does_not_differ_and_beside_another_by_hand() {
    let server = market();
    let equal = build(&server, json!({"top_n": 20}));
    let wide = build(&server, json!({"top_n": 40}));
    let own = server.get(&format!("/index-compare?{SLUG}&against={equal}")).expect(200).json();
    assert_same(number(&own, "tracking_error"), 0.0, 0.0);
    assert_same(number(&own, "tracking_difference"), 0.0, 0.0);
    assert_same(number(&own, "beta"), 1.0, 1e-12);
    assert_same(number(&own["active_share"], "mean"), 0.0, 0.0);
    let other = server.get(&format!("/index-compare?{SLUG}&against={wide}")).expect(200).json();
    // Twenty members of 1/20 and the same of 1/40: half of (20·(1/20 − 1/40) + 20·1/40).
    assert_same(number(&other["active_share"], "mean"), 0.5, 1e-12);
    assert_eq!(other["active_share"]["common_members"], 20);
    let returns = |name: &str| -> Vec<f64> {
        let levels: Vec<f64> = other["data"].as_array().unwrap().iter().map(|point| number(point, name)).collect();
        levels.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
    };
    let differences: Vec<f64> = returns("level").iter().zip(returns("against")).map(|(r, b)| r - b).collect();
    let n = f64::from(u32::try_from(differences.len()).unwrap());
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|value| (value - mean) * (value - mean)).sum();
    assert_same(number(&other, "tracking_error"), (squares / (n - 1.0) * 252.0).sqrt(), 1e-9);
    let ticker = server.get(&format!("/index-compare?{SLUG}&benchmark=C07")).expect(200).json();
    let performance = server.performance(&format!("{SLUG}&benchmark=C07"));
    for name in ["beta", "alpha", "up_capture", "down_capture", "information_ratio"] {
        assert_eq!(ticker[name], performance["statistics"][name], "{name}");
    }
    assert!(ticker["active_share"].is_null());
    let _ = server.get(&format!("/index-compare?{SLUG}")).problem(400, "missing_parameter");
    let _ = server.get(&format!("/index-compare?{SLUG}&against=top7-equal-daily-price-line")).problem(404, "not_found");
}

#[test]
fn the_statistics_page_says_what_the_performance_says() {
    let server = market();
    build(&server, json!({"top_n": 20}));
    let page = server.get(&format!("/index-statistics?{SLUG}&benchmark=C03&windows=10,21&bins=12")).expect(200).json();
    let performance = server.performance(&format!("{SLUG}&benchmark=C03"));
    let statistics = page["statistics"].as_array().unwrap();
    assert_eq!(statistics.len(), performance["statistics"].as_object().unwrap().len());
    for statistic in statistics {
        let name = statistic["name"].as_str().unwrap();
        assert_eq!(statistic["value"], performance["statistics"][name], "{name}");
    }
    let points = performance["data"].as_array().unwrap();
    let level = |at: usize| number(&points[at], "level");
    for rolling in page["rolling"].as_array().unwrap() {
        let window = usize::try_from(rolling["sessions"].as_u64().unwrap()).unwrap();
        let data = rolling["data"].as_array().unwrap();
        assert_eq!(data.len(), points.len() - window);
        for (at, point) in data.iter().enumerate() {
            assert_eq!(point["date"], points[at + window]["date"]);
            assert_same(number(point, "return"), level(at + window) / level(at) - 1.0, 1e-12);
        }
    }
    let growth = |list: &Value| list.as_array().unwrap().iter().map(|one| 1.0 + number(one, "return")).product::<f64>();
    let total = 1.0 + number(points.last().unwrap(), "cumulative_return");
    assert_same(growth(&page["monthly"]), total, 1e-12);
    assert_same(growth(&page["yearly"]), total, 1e-12);
    let counted: u64 = page["distribution"].as_array().unwrap().iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
    assert_eq!(usize::try_from(counted).unwrap(), points.len() - 1);
    let deepest = page["drawdowns"][0]["depth"].as_f64().unwrap();
    assert_same(deepest, number(&performance["statistics"], "max_drawdown"), 1e-12);
    for (query, status, code) in [("windows=1", 422, "invalid_value"), ("bins=x", 400, "malformed_parameter")] {
        let _ = server.get(&format!("/index-statistics?{SLUG}&{query}")).problem(status, code);
    }
}
