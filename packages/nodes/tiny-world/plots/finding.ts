// Plots about things and animals that are lost, hidden or found.

import { each, type Plot } from "./plot.ts";

const spots = "under a bench|behind the barn|in the tall grass|near the old oak|next to the well|under the bridge";

export const findingPlots: readonly Plot[] = [
  {
    id: "lost-thing",
    about: "a lost {item}",
    draws: [each("item", "basket|key|scarf|spoon|ball|cup|lamp|blanket|coat|button|ring"), each("spot", spots)],
    beats: [
      [
        "{hero} [wanted to use|was looking for] {his} {item}, but it was [gone|not there].",
        "{hero} could not find {his} {item}.",
        "{hero} looked for {his} {item}, but {he} did not see it.",
      ],
      {
        maybe: [
          "{he} looked [under the bed|on the table|in every corner] and [behind the door|by the window].",
          "{he} [opened every box|looked in every room], but {he} found only [dust|an old sock|a feather].",
          '"I had it [yesterday|this morning]," {he} said [sadly|to {himself}].',
        ],
      },
      [
        '{he} went to {friend}. "Have you seen my {item}?" {he} asked.',
        'Then {friend} came by. "Why do you look so sad?" {fhe} asked. "I lost my {item}," said {hero}.',
        '{he} asked {friend} for help. "I will help you look," said {friend}.',
      ],
      [
        "They [looked|searched] {at} and [then|after that] along the path.",
        "Together they walked {to} and looked [everywhere|around].",
        "{friend} [called|took] {fpet} the {fpet.kind}, and they all searched {at}.",
      ],
      [
        "[After a while|At last|Soon], {friend} saw [something|it] {spot}. It was the {item}!",
        "[After a while|At last|Soon], {fpet} ran ahead and stopped {spot}. There was the {item}!",
        "[After a while|At last|Soon], {pet} the {pet.kind} sat down {spot}. There was the {item}!",
      ],
      [
        '"Thank you!" said {hero}. {he} [held the {item} close|smiled and took the {item} home].',
        "{hero} [laughed|jumped] with joy and thanked {friend}.",
        '"You are a good friend," said {hero}.',
      ],
    ],
    mood: ["happy", "glad"],
    lesson: [
      "It is [easier|better] to look together than alone.",
      "A friend can help you find what you lost.",
      "[Put your things in their place|Keep your things in order], and you will find them again.",
    ],
    asks: [
      ["What did {hero} lose?", "{hero} lost {his} {item}."],
      ["Where was the {item}?", "The {item} was {spot}."],
      ["Who helped {hero}?", "{friend} helped {hero}."],
    ],
  },
  {
    id: "lost-pet",
    about: "{pet} the {pet.kind} who was lost",
    draws: [
      each("spot", "in an old barrel|under a bush|inside the barn|behind a big stone|in the tall grass|in an old cart"),
      each(
        "why",
        "{phe} was asleep|{phe} had hurt a foot|{phe} had found some food|{phe} was watching a bird|{phe} was watching a butterfly",
      ),
    ],
    beats: [
      [
        "{hero} called {pet} the {pet.kind}, but {pet} did not come.",
        "{pet} the {pet.kind} was [gone|not at home].",
        "When {hero} [came home|woke up], {pet} the {pet.kind} was not there.",
      ],
      [
        "{hero} was [very|so] worried.",
        '"Where are you, {pet}?" {he} called.',
        "{he} [ran|went] out to look for {phim}.",
      ],
      [
        "{he} met {friend} {at}. {friend} had not seen {pet}, but {fhe} wanted to help.",
        'On the way {he} met {friend}. "Let us look together," said {friend}.',
        "{friend} heard {him} call and came [at once|to help].",
      ],
      {
        maybe: [
          "They looked {at}, but there was only [a bird|the wind|an old hat].",
          "They [walked slowly|were very quiet] and listened.",
          "{friend} saw small [marks in the mud|prints on the path], and they followed them.",
        ],
      },
      [
        "Then they heard a small sound. {pet} was {spot}! {why}.",
        "At last {friend} found {pet} {spot}. {why}.",
        "Soon {hero} saw {phim} {spot}. {why}.",
      ],
      [
        "{hero} [picked up|hugged] {pet} and [carried {phim} home|would not let go].",
        '"I missed you," said {hero}, and {he} held {pet} tight.',
        "{hero} gave {pet} some [food|water] and a [long hug|warm place to sleep].",
      ],
    ],
    mood: ["happy", "glad", "calm again"],
    lesson: [
      "We look for those we love.",
      "Do not give up when you look for a friend.",
      "[Calm|Quiet] ears hear small sounds.",
    ],
    asks: [
      ["Who was lost?", "{pet} the {pet.kind} was lost."],
      ["Where was {pet}?", "{pet} was {spot}."],
      ["Who helped {hero} look?", "{friend} helped {hero} look."],
    ],
  },
  {
    id: "strange-sound",
    about: "a strange sound at night",
    evening: true,
    draws: [
      [
        { sound: "a soft knock", maker: "a branch at the window", was: "the wind was moving it" },
        { sound: "a small cry", maker: "a little bird", was: "it had fallen from its nest" },
        { sound: "a slow scratch", maker: "a mouse behind the wall", was: "it was looking for crumbs" },
        { sound: "a loud bump", maker: "an old bucket", was: "it had rolled down the steps" },
        { sound: "a sad song", maker: "an owl in the tree", was: "it was calling its friend" },
        { sound: "a splash", maker: "a frog in the water", was: "it was looking for a place to sleep" },
      ],
    ],
    beats: [
      [
        "{hero} was [in bed|almost asleep] when {he} heard {sound}.",
        "It was dark, and {hero} heard {sound}.",
        "[Suddenly there was|In the dark there was] {sound} outside. {hero} sat up.",
      ],
      [
        "{he} was [scared|afraid]. {his} heart beat fast.",
        '"What is that?" {he} whispered.',
        "{pet} the {pet.kind} heard it too.",
      ],
      {
        maybe: [
          "{hero} pulled the blanket over {his} head. But the sound came again.",
          "{he} waited and listened. There it was again!",
          "{he} thought of [a big wolf|a thief|a monster].",
        ],
      },
      [
        "Then {hero} [took|lit] a lamp and went to {friend}. Together they [looked outside|opened the door].",
        "{friend} [was near|came by] with a lamp. Together they went out to look.",
        "{he} woke {friend}, and they went out with a lamp.",
      ],
      ["It was only {maker}: {was}.", "And what did they see? It was {maker}, and {was}."],
      [
        "They both laughed. {hero} went back to bed.",
        '"It is so [small|easy] when you see it," said {hero}.',
        '"Now I can sleep," said {hero}, and {he} blew out the lamp.',
      ],
    ],
    mood: ["safe", "calm", "brave"],
    lesson: [
      "Many things are only scary in the dark.",
      "When you look at your fear, it gets small.",
      "A lamp and a friend make the night [bright|less dark].",
    ],
    asks: [
      ["What did {hero} hear?", "{hero} heard {sound}."],
      ["What made the sound?", "It was {maker}."],
      ["Who went out with {hero}?", "{friend} went out with {hero}."],
    ],
  },
  {
    id: "old-box",
    about: "an old box",
    draws: [
      [
        {
          inside: "an old map of the village",
          use: "They followed the map {to} and found a tree full of [ripe pears|sweet cherries]",
        },
        { inside: "a bag of seeds", use: "They put the seeds in the ground, and in time many flowers grew" },
        { inside: "a small wooden doll", use: "They cleaned the doll and gave it to a little child at the market" },
        {
          inside: "a letter from long ago",
          use: "They read it together. It told about the first people of the village",
        },
        { inside: "ten old coins", use: "They used the coins to buy a new rope for the well" },
      ],
      each("spot", "under the floor|behind the barn|under the old oak|in a dark corner"),
    ],
    beats: [
      [
        "{hero} was [cleaning|working] when {he} found an old box {spot}.",
        "{hero} saw something {spot}. It was an old box.",
        "{pet} the {pet.kind} began to dig {spot}. There was an old box!",
      ],
      [
        "The box was [shut|closed] and {he} could not open it.",
        "{he} pulled and pulled, but the box did not open.",
        "It had no key, and it was [too heavy to lift|full of dust].",
      ],
      [
        "So {he} asked {friend} to help. {friend} pushed, {hero} pulled, and the box opened.",
        "{friend} came with a [strong stick|little knife] and opened it slowly.",
        '"Let me try," said {friend}. {fhe} hit the box with a stone, and it opened.',
      ],
      ["Inside was {inside}.", "In the box they found {inside}."],
      ["{use}.", '"What shall we do with it?" asked {friend}. {use}.'],
    ],
    mood: ["happy", "proud", "surprised"],
    lesson: [
      "Old things can bring new joy.",
      "A find is best when you share it.",
      "[Look well|Look around], and you may find something good.",
    ],
    asks: [
      ["What did {hero} find?", "{hero} found an old box."],
      ["What was in the box?", "In the box was {inside}."],
      ["Where was the box?", "The box was {spot}."],
    ],
  },
  {
    id: "fog",
    about: "the fog",
    skies: ["fog"],
    seasons: ["spring", "autumn"],
    draws: [
      [
        { errand: "to pick mushrooms", to: "to the forest" },
        { errand: "to get wood", to: "to the forest" },
        { errand: "to look for a lost hen", to: "to the meadow" },
        { errand: "to see the sheep", to: "up the hill" },
        { errand: "to get water", to: "to the river" },
      ],
      each("signal", "a bell|a song|a whistle|a drum"),
    ],
    beats: [
      [
        "{hero} went {to} {errand}.",
        "{hero} had to go {to} {errand}.",
        "[Early in the day|After breakfast], {hero} walked {to} {errand}.",
      ],
      [
        "[The fog grew thick|The fog came down], and {he} could not see the path.",
        "Soon everything was [white|gray]. {hero} did not know the way home.",
        "{he} turned left and right, but every tree looked the same.",
      ],
      {
        maybe: [
          '"I am lost," {he} said in a small voice.',
          "{he} stood still. {he} was cold and afraid.",
          "{he} sat down on a stone and tried not to cry.",
        ],
      },
      [
        "[At home|In the village], {friend} saw that {hero} was not back. So {fhe} made a sound for {him}: {signal}, again and again.",
        "But {friend} was waiting at the gate. {fhe} knew what to do: {signal} can be heard in the fog.",
      ],
      [
        "{hero} heard {signal} far away. Step by step, {he} followed the sound.",
        "Then {hero} heard it: {signal}! {he} walked and listened, walked and listened.",
      ],
      [
        "[Soon|At last] {he} saw a light and the face of {friend}.",
        '{friend} took {his} hand. "You are home," {fhe} said.',
        "{friend} put a warm blanket around {him} and gave {him} tea.",
      ],
    ],
    mood: ["safe", "thankful"],
    lesson: [
      "When your eyes cannot help you, use your ears.",
      "It is good when somebody waits for you.",
      "Stay calm when you are lost, and listen.",
    ],
    asks: [
      ["Why was {hero} lost?", "{hero} was lost because the fog was thick."],
      ["What did {hero} hear?", "{hero} heard {signal}."],
      ["Who helped {hero} find the way?", "{friend} helped {hero} find the way."],
    ],
  },
  {
    id: "kite-in-tree",
    about: "something in a tree",
    skies: ["wind"],
    draws: [
      [
        { item: "kite", play: "was flying a kite" },
        { item: "hat", play: "was wearing a new hat" },
        { item: "scarf", play: "was wearing a long scarf" },
        { item: "letter", play: "was carrying a letter" },
      ],
      each("tool", "a ladder|a long stick|a rope"),
    ],
    beats: [
      ["{hero} {play} {at}.", "{at} {hero} {play}."],
      [
        "The wind [blew hard|was strong]. Up, up went the {item}, and it stopped in a [tall|high] tree.",
        "Suddenly the wind took the {item} and put it high in a tree.",
      ],
      [
        "{hero} [jumped|climbed on a stone], but the tree was too high.",
        "{he} shook the tree, but only leaves fell down.",
        "{he} threw a stick at it, but the {item} did not move.",
      ],
      [
        '{friend} came by with {tool}. "Do not be sad," {fhe} said.',
        "{friend} saw it and ran to get {tool}.",
        'Then {friend} came. "I know what we need," said {friend}, and {fhe} brought {tool}.',
      ],
      ["With {tool} they got the {item} down.", "They used {tool}, and soon the {item} was down."],
      {
        maybe: [
          "It had a small hole, but {friend} knew how to mend it.",
          "It was a little [wet|dirty], but it was not broken.",
          "{hero} held it with both hands, so that the wind could not take it again.",
        ],
      },
    ],
    mood: ["happy", "glad", "thankful"],
    lesson: [
      "With the right tool, hard things are easy.",
      "Hold on to your things when the wind blows.",
      "Two friends can reach [more|higher] than one.",
    ],
    asks: [
      ["What was in the tree?", "The {item} was in the tree."],
      ["What did {friend} bring?", "{friend} brought {tool}."],
      ["Why did the {item} go up?", "The wind took it."],
    ],
  },
];
