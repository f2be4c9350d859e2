// Search without a server: pairs of ideographs and words, loaded as scripts so that it works from a folder and under
// a strict policy. The other half is src/search.rs; both fold text by the same rules. Plain ES2019.
(function () {
  'use strict';
  var place = document.getElementById('site-search');
  if (!place) return;
  var words = place.dataset;
  var DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  var VALUE = new Uint8Array(128);
  for (var d = 0; d < 64; d++) VALUE[DIGITS.charCodeAt(d)] = d;
  var PAGE = 10;
  var HEAD = 3;

  // --- files ---------------------------------------------------------------------------------------------
  var waiting = {};
  var loaded = {};
  window.icuopsPut = function (name, data) { if (waiting[name]) waiting[name](data); };
  function load(name) {
    if (!loaded[name]) {
      loaded[name] = new Promise(function (resolve, reject) {
        waiting[name] = resolve;
        var script = document.createElement('script');
        script.src = words.base + name + '.js';
        script.onerror = function () { delete loaded[name]; reject(new Error(name)); };
        document.head.appendChild(script);
      });
    }
    return loaded[name];
  }
  // Names of files stand in one text, ten signs each.
  function names(list) { list.n = list.n.match(/.{10}/g) || []; }
  var manifest = load('manifest').then(function (m) {
    [m.t, m.p, m.d].forEach(names);
    m.d.f = numbers(m.d.f);
    m.words = (m.docs + 31) >> 5;
    m.table = new Map();
    // Which signs may have another form, by their first unit: nearly no text has one.
    m.odd = new Uint8Array(65536);
    var signs = Array.from(m.fold);
    for (var i = 0; i + 1 < signs.length; i += 2) {
      m.table.set(signs[i], signs[i + 1]);
      m.odd[signs[i].charCodeAt(0)] = 1;
    }
    return m;
  });

  // --- text ----------------------------------------------------------------------------------------------
  function isHan(sign) {
    var c = sign.codePointAt(0);
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0xf900 && c <= 0xfaff) ||
      (c >= 0x20000 && c <= 0x3ffff) || c === 0x3005 || c === 0x3007;
  }
  var LETTER = /[\p{Alphabetic}\p{N}]/u;
  function fold(m, text) {
    var plain = text.normalize('NFKC').toLowerCase();
    for (var i = 0; i < plain.length; i++) {
      if (m.odd[plain.charCodeAt(i)]) {
        return Array.from(plain).map(function (c) { return m.table.get(c) || c; }).join('');
      }
    }
    return plain;
  }
  // Runs of ideographs and words, in order.
  function runs(text) {
    var out = [];
    var kind = '';
    var run = '';
    var signs = Array.from(text);
    function flush() { if (run) out.push({ kind: kind, text: run }); run = ''; }
    for (var i = 0; i < signs.length; i++) {
      var c = signs[i];
      var next = signs[i + 1];
      var now = isHan(c) ? 'han' : LETTER.test(c) ? 'word' : '';
      if (!now && kind === 'word' && run && /[-_.]/.test(c) && next && LETTER.test(next) && !isHan(next)) now = 'word';
      if (now !== kind) flush();
      kind = now;
      if (now) run += c;
    }
    flush();
    return out;
  }

  // --- lists of pages ------------------------------------------------------------------------------------
  // A list is a row of bits, one for each page: lists of thousands of pages are joined in no time.
  function none(m) { return new Uint32Array(m.words); }
  function has(list, page) { return list[page >> 5] >>> (page & 31) & 1; }
  function each(list, call) {
    for (var i = 0; i < list.length; i++) {
      for (var left = list[i]; left; left &= left - 1) call(i * 32 + 31 - Math.clz32(left & -left));
    }
  }
  // Calls with the numbers of a list as it is written.
  function written(text, call) {
    var next = 0;
    var gap = 0;
    var shift = 0;
    for (var i = 0; i < text.length; i++) {
      var value = VALUE[text.charCodeAt(i)];
      gap |= (value & 31) << shift;
      shift += 5;
      if (value < 32) { call(next + gap); next += gap + 1; gap = 0; shift = 0; }
    }
  }
  function numbers(text) {
    var out = [];
    if (text[0] !== '!') written(text, function (x) { out.push(x); });
    else {
      for (var at = 1; at < text.length; at++) {
        for (var bit = 0, v = VALUE[text.charCodeAt(at)]; v >> bit; bit++) if (v >> bit & 1) out.push((at - 1) * 6 + bit);
      }
    }
    return out;
  }
  function put(text, list) {
    if (text[0] !== '!') { written(text, function (x) { list[x >> 5] |= 1 << (x & 31); }); return; }
    for (var at = 1, base = 0; at < text.length; at++, base += 6) {
      var v = VALUE[text.charCodeAt(at)];
      var low = base & 31;
      list[base >> 5] |= v << low;
      if (low > 26) list[(base >> 5) + 1] |= v >>> (32 - low);
    }
  }
  function both(a, b) { return a.map(function (x, i) { return x & b[i]; }); }
  function either(a, b) { return a.map(function (x, i) { return x | b[i]; }); }

  // The files that can hold keys from `from` on that begin with it.
  function span(list, key) {
    var low = 0;
    var high = list.f.length;
    while (low < high) { var mid = (low + high) >> 1; if (list.f[mid] <= key) low = mid + 1; else high = mid; }
    var out = [Math.max(low - 1, 0)];
    for (var i = low; i < list.f.length && list.f[i].startsWith(key); i++) out.push(i);
    return out;
  }
  function entries(kind, list, key, width) {
    if (!list.f.length) return Promise.resolve([]);
    return Promise.all(span(list, key).map(function (i) { return load(kind + list.n[i]); })).then(function (files) {
      var out = [];
      files.forEach(function (file) {
        for (var i = 0; i < file.length; i += width) if (file[i].startsWith(key)) out.push(file.slice(i, i + width));
      });
      return out;
    });
  }
  // Pages of one term; with `open` every term that begins with it.
  function term(m, key, open) {
    return entries('t', m.t, key, 3).then(function (found) {
      var all = none(m);
      var title = none(m);
      found.forEach(function (entry) {
        if (!open && entry[0] !== key) return;
        put(entry[1], all);
        put(entry[2], title);
      });
      return { all: all, title: title };
    });
  }
  function allOf(lists) {
    return lists.reduce(function (a, b) { return { all: both(a.all, b.all), title: both(a.title, b.title) }; });
  }
  function oneRun(m, run) {
    if (run.kind === 'word') return term(m, run.text, true);
    var signs = Array.from(run.text);
    if (signs.length === 1) return term(m, run.text, true);
    var pairs = new Set();
    for (var i = 0; i + 1 < signs.length; i++) pairs.add(signs[i] + signs[i + 1]);
    return Promise.all(Array.from(pairs).map(function (pair) { return term(m, pair, false); })).then(allOf);
  }
  // The ideographs that a sound can stand for, cut to what was typed.
  function sounds(m, text) {
    if (!/^[a-z]{2,}$/.test(text)) return Promise.resolve([]);
    // A key covers four characters at most: a longer query is looked up by its beginning.
    return entries('p', m.p, text, 2).then(function (found) {
      if (found.length) return found;
      return entries('p', m.p, text.slice(0, 4), 2).then(function (near) {
        return near.filter(function (entry) { return text.startsWith(entry[0]) && /(\D\d){4}/u.test(entry[1]); });
      });
    }).then(function (found) {
      var out = new Set();
      found.slice(0, 400).forEach(function (entry) {
        var left = text.length;
        var han = '';
        entry[1].replace(/(\D)(\d)/gu, function (_, sign, size) {
          if (left > 0) { han += sign; left -= Number(size); }
          return '';
        });
        out.add(han);
      });
      return Array.from(out).slice(0, 12);
    });
  }
  // One blank-separated word of the query with its synonyms and sounds: any of them will do.
  function alternatives(m, word) {
    var out = [word];
    m.syn.forEach(function (group) {
      group.forEach(function (member) {
        if (word.indexOf(member) < 0) return;
        group.forEach(function (other) { if (other !== member) out.push(word.split(member).join(other)); });
      });
    });
    return sounds(m, word).then(function (han) { return Array.from(new Set(out.concat(han))); });
  }
  function oneWord(m, word) {
    return alternatives(m, word).then(function (texts) {
      return Promise.all(texts.map(function (text) {
        var parts = runs(text);
        if (!parts.length) return Promise.resolve({ all: none(m), title: none(m) });
        return Promise.all(parts.map(function (run) { return oneRun(m, run); })).then(allOf);
      })).then(function (lists) {
        var first = lists[0].all;
        var all = lists.reduce(function (a, b) { return { all: either(a.all, b.all), title: either(a.title, b.title) }; });
        return { all: all.all, title: all.title, own: first, texts: texts };
      });
    });
  }

  // Pages that answer a query, best first: exact wording before synonyms, titles before text.
  function query(text) {
    return manifest.then(function (m) {
      var parts = fold(m, text).split(/\s+/).filter(function (word) { return runs(word).length; });
      if (!parts.length) return { pages: [], texts: [], near: false };
      return Promise.all(parts.map(function (word) { return oneWord(m, word); })).then(function (lists) {
        var texts = [].concat.apply([], lists.map(function (list) { return list.texts; }));
        var near = false;
        var pages = lists.map(function (list) { return list.all; }).reduce(both);
        var any = pages.some(function (bits) { return bits; });
        if (!any && (lists.length > 1 || runs(parts[0]).length > 1 || parts[0].length > 2)) {
          near = true;
          return similar(m, parts).then(function (found) { return { pages: found, texts: texts, near: near }; });
        }
        return { pages: ranked(pages, lists), texts: texts, near: near, words: parts };
      });
    });
  }
  // The pages of a list, those of the highest rank first, each rank in order. Ranks are few: pages are counted by rank,
  // then each is put where its rank begins.
  function ranked(pages, lists) {
    var found = [];
    var ranks = [];
    var counts = new Uint32Array(6 * lists.length + 1);
    each(pages, function (page) {
      var own = 0;
      for (var i = 0; i < lists.length; i++) own += has(lists[i].title, page) * 4 + has(lists[i].own, page) * 2;
      found.push(page);
      ranks.push(own);
      counts[own]++;
    });
    var next = new Uint32Array(counts.length);
    for (var rank = counts.length - 2; rank >= 0; rank--) next[rank] = next[rank + 1] + counts[rank + 1];
    var out = new Uint32Array(found.length);
    for (var at = 0; at < found.length; at++) out[next[ranks[at]]++] = found[at];
    return out;
  }
  // Nothing contains everything: pages that contain most pairs and words.
  function similar(m, parts) {
    var keys = new Set();
    parts.forEach(function (word) {
      runs(word).forEach(function (run) {
        var signs = Array.from(run.text);
        if (run.kind === 'word') keys.add(run.text);
        else for (var i = 0; i + 1 < signs.length; i++) keys.add(signs[i] + signs[i + 1]);
      });
    });
    return Promise.all(Array.from(keys).slice(0, 24).map(function (key) { return term(m, key, false); })).then(function (lists) {
      var count = new Uint8Array(m.docs);
      var best = [];
      lists.forEach(function (list) { each(list.all, function (page) { count[page]++; }); });
      count.forEach(function (found, page) { if (found && found * 2 >= lists.length) best.push(page); });
      best.sort(function (a, b) { return count[b] - count[a] || a - b; });
      return best.slice(0, 20);
    });
  }
  function page(m, number) {
    var low = 0;
    var high = m.d.f.length;
    while (low < high) { var mid = (low + high) >> 1; if (m.d.f[mid] <= number) low = mid + 1; else high = mid; }
    // Names of files of texts stand in files of their own, 128 in each.
    var at = low - 1;
    return load('n' + m.d.n[at >> 7]).then(function (list) {
      return load('d' + list[0].substr((at & 127) * 10, 10));
    }).then(function (file) {
      var one = file[number - m.d.f[low - 1]];
      return { path: one[0], title: one[1], meta: one[2], lang: one[3], words: one[4], sections: one[5] };
    });
  }

  // --- showing -------------------------------------------------------------------------------------------
  // Folded text with the place of each sign in the text as it was written.
  function mapped(m, text) {
    // Nearly always each sign stays one sign.
    var all = fold(m, text);
    if (all.length === text.length) return { text: all, places: null };
    var out = '';
    var places = [];
    var at = 0;
    Array.from(text).forEach(function (sign) {
      var folded = fold(m, sign);
      for (var i = 0; i < folded.length; i++) places.push(at);
      out += folded;
      at += sign.length;
    });
    places.push(at);
    return { text: out, places: places };
  }
  function hit(m, doc, texts) {
    var parts = [['', '', doc.title + ' ' + doc.words]].concat(doc.sections);
    var views = [];
    // Sections are folded when they are looked at: most hits stand in the first ones.
    function view(order) {
      if (!views[order]) {
        var section = parts[order];
        var source = (section[1] && section[2].indexOf(section[1]) !== 0 ? section[1] + ' ' : '') + section[2];
        views[order] = mapped(m, source);
        views[order].source = source;
      }
      return views[order];
    }
    // The title is shown anyway: an excerpt from the text says more.
    var orders = parts.map(function (_, order) { return order; }).slice(1, 500).concat(0, parts.map(function (_, order) { return order; }).slice(500));
    for (var rank = 0; rank < texts.length; rank++) {
      for (var i = 0; i < orders.length; i++) {
        var own = view(orders[i]);
        var at = own.text.indexOf(texts[rank]);
        if (at < 0) continue;
        var to = at + texts[rank].length;
        return { exact: true, anchor: parts[orders[i]][0], source: own.source, from: own.places ? own.places[at] : at, to: own.places ? own.places[to] : to, title: orders[i] === 0 };
      }
    }
    var first = doc.sections[0] || ['', '', doc.meta];
    return { exact: false, anchor: '', source: first[2] || first[1], from: 0, to: 0, title: false };
  }
  function element(name, parent, text) {
    var node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }
  var form = element('form', place);
  form.className = 'query';
  form.setAttribute('role', 'search');
  form.setAttribute('aria-label', words.label);
  var input = element('input', form);
  input.type = 'search';
  input.id = 'site-query';
  input.setAttribute('aria-label', words.label);
  input.placeholder = words.hint;
  input.autocomplete = 'off';
  var button = element('button', form, document.querySelector('.find button').textContent);
  button.type = 'submit';
  var filters = element('div', place);
  filters.className = 'filters';
  var status = element('p', place);
  status.setAttribute('role', 'status');
  var list = element('ol', place);
  list.className = 'hits';
  var more = element('button', place, words.more);
  more.type = 'button';
  more.hidden = true;
  var index = document.getElementById('site-index');
  var turn = 0;
  var chosen = {};

  manifest.then(function (m) {
    m.facets.forEach(function (facet) {
      if (facet[2].length < 2) return;
      var name = words['facet' + facet[0][0].toUpperCase() + facet[0].slice(1)] || facet[0];
      var label = element('label', filters, name + ' ');
      var select = element('select', label);
      element('option', select, words.all).value = '';
      facet[2].forEach(function (value) { element('option', select, value).value = value; });
      select.addEventListener('change', function () { chosen[facet[0]] = select.value && { file: facet[1], value: select.value }; run(); });
    });
  }, function () { status.textContent = words.none; });

  function narrowed(pages) {
    var active = Object.keys(chosen).map(function (key) { return chosen[key]; }).filter(Boolean);
    return Promise.all(active.map(function (one) {
      return load('f' + one.file).then(function (file) {
        return manifest.then(function (m) {
          var list = none(m);
          for (var i = 0; i < file.length; i += 2) if (file[i] === one.value) put(file[i + 1], list);
          return list;
        });
      });
    })).then(function (lists) {
      return !lists.length ? pages : pages.filter(function (number) { return lists.every(function (list) { return has(list, number); }); });
    });
  }
  function add(one) {
    var item = element('li', list);
    var link = element('a', item, one.doc.title);
    link.href = words.home + one.doc.path + (one.hit.anchor ? '#' + encodeURIComponent(one.hit.anchor) : '');
    if (one.doc.lang) item.lang = one.doc.lang;
    var text = element('p', item);
    var source = one.hit.source;
    var start = Math.max(0, one.hit.from - 40);
    element('span', text, (start ? '…' : '') + source.slice(start, one.hit.from));
    if (one.hit.to > one.hit.from) element('mark', text, source.slice(one.hit.from, one.hit.to));
    element('span', text, source.slice(one.hit.to, one.hit.to + 80) + (source.length > one.hit.to + 80 ? '…' : ''));
    var meta = element('p', item, one.doc.meta);
    meta.className = 'meta';
  }
  // Each hit is shown as soon as those above it are known. Pages that hold the words apart from each other stand below
  // those that hold them as written.
  function show(m, pages, texts, from) {
    var mine = turn;
    var apart = [];
    // The files of the first hits are asked for before those of the others.
    var numbers = Array.from(pages.slice(from, from + PAGE));
    var head = numbers.slice(0, HEAD).map(function (number) { return page(m, number); });
    var docs = head.concat(numbers.slice(HEAD).map(function (number) {
      return head[0].then(function () { return page(m, number); });
    }));
    return docs.reduce(function (before, next) {
      return before.then(function () { return next; }).then(function (doc) {
        if (mine !== turn) return;
        var one = { doc: doc, hit: hit(m, doc, texts) };
        if (one.hit.exact) add(one); else apart.push(one);
      });
    }, Promise.resolve()).then(function () {
      if (mine !== turn) return;
      apart.forEach(add);
      more.hidden = from + PAGE >= pages.length;
      more.onclick = function () {
        var next = list.children.length;
        show(m, pages, texts, from + PAGE).then(function () { if (list.children[next]) list.children[next].querySelector('a').focus(); });
      };
    });
  }
  // Nothing was found: titles that share most with what was typed, or with what its beginning may sound like.
  function spoken(m, word) {
    if (!/^[a-z]{2,}$/.test(word)) return Promise.resolve([]);
    return sounds(m, word).then(function (han) { return han.length ? han : spoken(m, word.slice(0, -1)); });
  }
  function suggest(m, text) {
    var parts = runs(fold(m, text));
    return Promise.all(parts.map(function (part) { return spoken(m, part.text); })).then(function (heard) {
      var keys = new Map();
      parts.forEach(function (part) {
        var signs = Array.from(part.text);
        var size = part.kind === 'han' ? 2 : 3;
        for (var i = 0; i + size <= signs.length; i++) keys.set(signs.slice(i, i + size).join(''), size);
        if (part.kind === 'han') signs.forEach(function (sign) { keys.set(sign, 1); });
      });
      [].concat.apply([], heard).forEach(function (han) { keys.set(han, 1 + han.length); });
      return Array.from(index ? index.querySelectorAll('a') : []).map(function (link) {
        var title = fold(m, link.textContent);
        var score = 0;
        keys.forEach(function (weight, key) { if (title.indexOf(key) >= 0) score += weight; });
        return { link: link, score: score };
      }).filter(function (one) { return one.score; }).sort(function (a, b) { return b.score - a.score; }).slice(0, 5);
    });
  }
  function run() {
    var text = input.value.trim();
    var mine = ++turn;
    list.textContent = '';
    more.hidden = true;
    if (index) index.hidden = !!text;
    // Without a query there is nothing to filter, and what comes late would push the titles down.
    filters.hidden = !text;
    status.textContent = text ? words.busy : '';
    if (!text) return Promise.resolve();
    return query(text).then(function (answer) {
      return narrowed(answer.pages).then(function (pages) {
        if (mine !== turn) return null;
        if (!answer.pages.length) {
          status.textContent = words.none;
          return manifest.then(function (m) { return suggest(m, text); }).then(function (near) {
            if (mine !== turn || !near.length) return;
            status.textContent = words.none + ' ' + words.maybe;
            near.forEach(function (one) { element('li', list).appendChild(one.link.cloneNode(true)); });
          });
        }
        status.textContent = !pages.length ? words.none : (answer.near ? words.near : '') + pages.length + ' ' + words.count;
        return manifest.then(function (m) { return show(m, pages, answer.texts, 0); });
      });
    }).catch(function () { if (mine === turn) status.textContent = words.none; });
  }
  function remember() {
    try { history.replaceState(null, '', '?q=' + encodeURIComponent(input.value.trim())); } catch (_) { /* a folder */ }
  }
  // The address follows the hits: it is nothing that a reader waits for.
  form.addEventListener('submit', function (event) { event.preventDefault(); run().then(remember); });
  var timer = 0;
  input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(run, 180); });
  // Arrow keys walk through the hits; Escape leads back to the field.
  place.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') { input.focus(); input.select(); return; }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (event.target.tagName === 'SELECT') return;
    var links = Array.from(list.querySelectorAll('a'));
    var at = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    if (at < 0) input.focus(); else if (links[at]) links[at].focus();
    event.preventDefault();
  });
  var asked = new URLSearchParams(location.search).get('q');
  var top = document.getElementById('site-q');
  if (asked) { input.value = asked; if (top) top.value = asked; }
  input.focus();
  run();
  // For tests: the pages of a query, in order, with their paths.
  window.icuopsSearch = function (text) {
    return Promise.all([manifest, query(text)]).then(function (both) {
      return Promise.all(Array.from(both[1].pages).map(function (number) { return page(both[0], number); })).then(function (docs) {
        return { near: both[1].near, paths: docs.map(function (doc) { return doc.path; }) };
      });
    });
  };
})();
