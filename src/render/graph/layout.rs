//! Where boxes stand and how arrows run between them: each group of connected tables is laid out by dagre, from left to
//! right, and the groups are put on shelves.

use std::collections::BTreeMap;

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};

/// A point of the picture.
pub(super) type Point = (f64, f64);

/// Where everything is.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Layout {
    /// The middle of each box.
    pub(super) boxes: Vec<Point>,
    /// The points of each arrow.
    pub(super) arrows: Vec<Vec<Point>>,
    /// How large the picture is.
    pub(super) size: Point,
}

/// The room between groups, and around the picture.
const GAP: f64 = 36.0;

/// Lays out boxes of these widths and heights, with arrows between them by their places.
pub(super) fn layout(sizes: &[Point], arrows: &[(usize, usize)]) -> Layout {
    let mut layout = Layout {
        boxes: vec![(0.0, 0.0); sizes.len()],
        arrows: vec![Vec::new(); arrows.len()],
        size: (0.0, 0.0),
    };
    let mut placed: Vec<Layout> = Vec::new();
    let mut members: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for group in groups(sizes.len(), arrows) {
        let of_group: Vec<usize> =
            (0..arrows.len()).filter(|at| group.contains(&arrows[*at].0)).collect();
        placed.push(one(&group, &of_group, sizes, arrows));
        members.push((group, of_group));
    }
    // The largest group first; shelves as wide as a picture that is half as high again.
    let area: f64 = placed.iter().map(|it| (it.size.0 + GAP) * (it.size.1 + GAP)).sum();
    let widest = placed.iter().map(|it| it.size.0).fold(0.0, f64::max);
    let width = (area * 1.5).sqrt().max(widest);
    let mut order: Vec<usize> = (0..placed.len()).collect();
    order.sort_by(|a, b| placed[*b].size.1.total_cmp(&placed[*a].size.1).then(a.cmp(b)));
    let (mut x, mut y, mut shelf) = (GAP, GAP, 0.0_f64);
    for at in order {
        let group = &placed[at];
        if x > GAP && x + group.size.0 > width + GAP {
            (x, y, shelf) = (GAP, y + shelf + GAP, 0.0);
        }
        let moved = |(px, py): Point| (px + x, py + y);
        for (place, member) in group.boxes.iter().zip(&members[at].0) {
            layout.boxes[*member] = moved(*place);
        }
        for (points, member) in group.arrows.iter().zip(&members[at].1) {
            layout.arrows[*member] = points.iter().copied().map(moved).collect();
        }
        layout.size.0 = layout.size.0.max(x + group.size.0 + GAP);
        layout.size.1 = layout.size.1.max(y + group.size.1 + GAP);
        x += group.size.0 + GAP;
        shelf = shelf.max(group.size.1);
    }
    layout
}

/// The groups of boxes that arrows connect, each in order.
fn groups(count: usize, arrows: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut of: Vec<usize> = (0..count).collect();
    for (from, to) in arrows {
        let (one, other) = (of[*from], of[*to]);
        if one != other {
            of.iter_mut().filter(|it| **it == other).for_each(|it| *it = one);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in of.into_iter().enumerate() {
        groups.entry(group).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Groups with more boxes or arrows than that are put into rows: dagre takes minutes for what no picture makes clear.
const MOST: usize = 250;

/// One group, from the origin.
fn one(group: &[usize], of_group: &[usize], sizes: &[Point], arrows: &[(usize, usize)]) -> Layout {
    let mut found = if group.len().max(of_group.len()) > MOST {
        in_rows(group, of_group, sizes, arrows)
    } else {
        by_dagre(group, of_group, sizes, arrows)
    };
    // An arrow may run beyond a box.
    let corners = found.boxes.iter().zip(group).flat_map(|((x, y), at)| {
        let (width, height) = sizes[*at];
        [(x - width / 2.0, y - height / 2.0), (x + width / 2.0, y + height / 2.0)]
    });
    let all: Vec<Point> = corners.chain(found.arrows.iter().flatten().copied()).collect();
    let least = all.iter().fold((f64::MAX, f64::MAX), |(x, y), it| (x.min(it.0), y.min(it.1)));
    let most = all.iter().fold((0.0_f64, 0.0_f64), |(x, y), it| (x.max(it.0), y.max(it.1)));
    let moved = |(x, y): &mut Point| (*x, *y) = (*x - least.0, *y - least.1);
    found.boxes.iter_mut().for_each(moved);
    found.arrows.iter_mut().flatten().for_each(moved);
    found.size = (most.0 - least.0, most.1 - least.1);
    found
}

/// Boxes in ranks, with arrows around them.
fn by_dagre(
    group: &[usize],
    of_group: &[usize],
    sizes: &[Point],
    arrows: &[(usize, usize)],
) -> Layout {
    let options = GraphOptions { directed: true, multigraph: true, compound: false };
    let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(options);
    for at in group {
        let (width, height) = sizes[*at];
        graph.set_node(at.to_string(), Some(NodeLabel { width, height, ..NodeLabel::default() }));
    }
    for at in of_group {
        let (from, to) = arrows[*at];
        let name = at.to_string();
        graph.set_edge(
            from.to_string(),
            to.to_string(),
            Some(EdgeLabel::default()),
            Some(name.as_str()),
        );
    }
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 22.0,
        ranksep: 70.0,
        edgesep: 12.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    let mut found = Layout::default();
    for at in group {
        let node = graph.node(&at.to_string());
        found.boxes.push(
            node.map_or((0.0, 0.0), |node| {
                (node.x.unwrap_or_default(), node.y.unwrap_or_default())
            }),
        );
    }
    for at in of_group {
        let (from, to) = arrows[*at];
        let edge = graph.edge(&from.to_string(), &to.to_string(), Some(&at.to_string()));
        found.arrows.push(edge.map_or_else(Vec::new, |edge| {
            edge.points.iter().map(|point| (point.x, point.y)).collect()
        }));
    }
    found
}

/// Boxes in rows as wide as the whole is high, with straight arrows.
fn in_rows(
    group: &[usize],
    of_group: &[usize],
    sizes: &[Point],
    arrows: &[(usize, usize)],
) -> Layout {
    let area: f64 = group.iter().map(|at| (sizes[*at].0 + GAP) * (sizes[*at].1 + GAP)).sum();
    let mut middles: BTreeMap<usize, Point> = BTreeMap::new();
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
    for at in group {
        let (width, height) = sizes[*at];
        if x > 0.0 && x + width > area.sqrt() {
            (x, y, row) = (0.0, y + row + GAP, 0.0);
        }
        middles.insert(*at, (x + width / 2.0, y + height / 2.0));
        x += width + GAP;
        row = row.max(height);
    }
    // From the side of the one box to the nearer side of the other.
    let arrow = |at: &usize| {
        let (from, to) = arrows[*at];
        let (start, end) = (middles[&from], middles[&to]);
        let side = if end.0 < start.0 { -0.5 } else { 0.5 };
        vec![(start.0 + side * sizes[from].0, start.1), (end.0 - side * sizes[to].0, end.1)]
    };
    Layout {
        boxes: group.iter().map(|at| middles[at]).collect(),
        arrows: of_group.iter().map(arrow).collect(),
        size: (0.0, 0.0),
    }
}
