// Plots that belong to the weather, the year and the animals.

import { each, type Plot, warmSeasons } from "./plot.ts";

export const seasonPlots: readonly Plot[] = [
  {
    id: "snowman",
    about: "a man of snow",
    skies: ["snow"],
    hero: "child",
    draws: [
      each("nose", "a carrot|a small stick|an old spoon"),
      each("cap", "an old pot|a straw basket|a gray sock|a bucket"),
    ],
    beats: [
      [
        "In the night it had snowed. Everything was white. {hero} ran out {to}.",
        "{hero} saw the white ground and ran {to}.",
      ],
      [
        '{friend} was there too. "Let us make a man of snow!" said {hero}.',
        '"Come and help me!" {hero} called to {friend}. They wanted to make a man of snow.',
      ],
      [
        "They rolled a big ball, then a smaller one, then a very small one.",
        "They rolled the snow until their hands were red and cold.",
      ],
      [
        "For the nose they took {nose}, and {cap} was his hat.",
        "{friend} brought {nose} for the nose. {hero} brought {cap} for a hat.",
      ],
      {
        maybe: [
          "{pet} the {pet.kind} ran around him three times.",
          "When {friend} laughed, {hero} threw a little snow at {fhim}.",
          "Two stones were his eyes.",
        ],
      },
      [
        "The next day the sun came out, and he was small and wet.",
        "After a week it was warm, and he was gone. Only {cap} lay on the grass.",
      ],
      [
        '{hero} was sad at first. "He will come back with the next snow," said {friend}.',
        '"Goodbye," said {hero}. "We will make you again next winter."',
      ],
    ],
    mood: ["calm", "happy again"],
    lesson: [
      "Some things are beautiful because they do not stay.",
      "Every winter the snow comes back.",
      "Enjoy the snow while it is there.",
    ],
    asks: [
      ["What did they make?", "They made a man of snow."],
      ["What was the nose?", "The nose was {nose}."],
      ["What was the hat?", "The hat was {cap}."],
    ],
  },
  {
    id: "nest",
    seasons: warmSeasons,
    about: "a nest",
    draws: [
      [
        { bird: "duck", young: "ducklings" },
        { bird: "swan", young: "small swans" },
        { bird: "goose", young: "small geese" },
      ],
      each("count", "three|four|five|six"),
      each("spot", "in the tall grass|under a bush|in the barn|near the pond"),
    ],
    beats: [
      ["{hero} found a nest {spot}. There were {count} eggs in it.", "{spot} {hero} saw a nest with {count} eggs."],
      [
        '{he} wanted to touch them. "Wait," said {friend}. "The mother is near."',
        '{friend} came by. "Do not touch the eggs," {fhe} whispered. "They must stay warm."',
      ],
      ["So they sat behind a tree and were very quiet.", "They hid and waited."],
      ["Soon a {bird} came and sat down on the eggs.", "Then a {bird} came back to the nest."],
      {
        maybe: [
          "{hero} came back every day and only looked.",
          "{hero} kept {pet} the {pet.kind} away from the nest.",
          "It rained, but the mother did not leave.",
        ],
      },
      [
        "One morning there was a crack, and another one. Out came {count} {young}!",
        "After many days the eggs opened. There were {count} {young}!",
      ],
      ["The mother led them to the water, and {hero} waved.", "They were wet and small and loud."],
    ],
    mood: ["happy", "full of wonder"],
    lesson: ["Be quiet, and you will see more.", "Some things you should only look at.", "Little ones need peace."],
    asks: [
      ["What did {hero} find?", "{hero} found a nest with {count} eggs."],
      ["How many eggs were there?", "There were {count} eggs."],
      ["What came out of the eggs?", "{count} {young} came out of the eggs."],
    ],
  },
  {
    id: "storm-roof",
    about: "a storm",
    skies: ["storm"],
    hero: "any",
    draws: [
      [
        { broke: "the roof of the barn", fix: "They put new wood on the roof" },
        { broke: "the gate", fix: "They made a new gate" },
        { broke: "the little bridge in the garden", fix: "They laid new boards over the water" },
        { broke: "the fence of the sheep", fix: "They put up the fence again" },
      ],
    ],
    beats: [
      [
        "The sky turned black. {hero} closed all the windows.",
        "The wind began to cry, and {hero} called {pet} the {pet.kind} inside.",
      ],
      ["Rain hit the house, and there was thunder all night.", "The thunder was loud, and the rain fell like stones."],
      {
        maybe: [
          "{hero} sang a song so that {pet} was not afraid.",
          "{hero} counted the time from light to thunder: one, two, three.",
          "Nobody in the village could sleep.",
        ],
      },
      [
        "In the morning it was quiet. But the storm had broken {broke}.",
        "When the sun came up, {hero} saw it: the storm had broken {broke}.",
      ],
      [
        '"We must mend it," said {hero}. {friend} came with a hammer and nails.',
        '{friend} was already there. "Let us start," said {friend}.',
      ],
      ["{fix}. Everybody helped.", "One held the wood, and one used the hammer. {fix}."],
      [
        "In the evening they all ate soup together.",
        "In the evening the sky was [red and gold|clear], and the work was done.",
      ],
    ],
    mood: ["tired but happy", "proud", "safe"],
    lesson: ["After the storm comes the sun.", "Many hands make the work light.", "What breaks can be built again."],
    asks: [
      ["What did the storm break?", "The storm broke {broke}."],
      ["Who came to help?", "{friend} came to help."],
      ["What did they do?", "{fix}."],
    ],
  },
  {
    id: "boat-trip",
    seasons: warmSeasons,
    about: "a boat trip",
    friend: ["Oskar"],
    skies: ["sun", "wind"],
    draws: [
      [
        { event: "a big fish pulled at the line", after: "It was too strong, and they let it go" },
        { event: "the boat began to fill with water", after: "They took a cup and threw the water out" },
        { event: "the wind took the sail", after: "They used their hands to get back" },
        { event: "they saw a family of swans", after: "They stopped and were very quiet" },
        { event: "they came to a small island", after: "They found a shell and a blue feather there" },
      ],
    ],
    beats: [
      [
        "{hero} wanted to see the river. Oskar had a gray boat.",
        '"Will you take me with you?" {hero} asked Oskar. Oskar nodded and showed {him} the gray boat.',
      ],
      [
        "They got in, and the boat moved slowly over the water.",
        "Oskar pushed the boat into the water. {hero} sat in front.",
      ],
      {
        maybe: [
          "Slip the otter swam next to them.",
          "{hero} put a hand in the cold water.",
          "Oskar did not say much. He listened to the river.",
        ],
      },
      ["Then {event}!", "Suddenly {event}."],
      ["{after}.", '"Stay calm," said Oskar. {after}.'],
      ["When they came home, the sun was going down.", "In the evening they were back under the willow."],
      ['"Can we go again?" asked {hero}. Oskar smiled. "Tomorrow," he said.', "{hero} told everybody about it."],
    ],
    mood: ["happy", "proud", "full of joy"],
    lesson: [
      "The river always has a new story.",
      "Stay calm, and you will come home.",
      "A quiet friend is a good friend.",
    ],
    asks: [
      ["Whose boat was it?", "It was the boat of Oskar."],
      ["What happened on the river?", "On the river {event}."],
      ["What colour was the boat?", "The boat was gray."],
    ],
  },
  {
    id: "dry-well",
    seasons: warmSeasons,
    about: "the dry well",
    skies: ["sun"],
    draws: [each("far", "the river|the pond|a spring in the forest"), each("count", "ten|twelve|twenty")],
    beats: [
      [
        "It had not rained for many days. When {hero} let the bucket down, the well was dry.",
        "{hero} went to the well, but the bucket came up empty.",
      ],
      [
        "The flowers were brown, and the animals were thirsty.",
        "{pet} the {pet.kind} was thirsty, and so were all the others.",
      ],
      ['"We must get water from {far}," said {friend}.', '"There is still water at {far}," said {hero}.'],
      [
        "All the people stood in a line and gave the buckets from hand to hand.",
        "{hero} and {friend} carried {count} buckets that day.",
      ],
      {
        maybe: [
          "{hero} was tired, but {he} did not stop.",
          "First the animals got water, then the people.",
          "They sang so that the work was not so hard.",
        ],
      },
      [
        "At night there was a soft sound on the roof. It was rain!",
        "On the third day a cloud came, and then the rain fell.",
      ],
      ["Everybody ran out and danced in the rain.", "{hero} stood in the rain and laughed."],
    ],
    mood: ["happy", "thankful", "glad"],
    lesson: ["Water is a gift.", "When one well is dry, we carry water together.", "Many hands carry much water."],
    asks: [
      ["Why was the well dry?", "It had not rained for many days."],
      ["Where did they get water?", "They got water from {far}."],
      ["What happened in the end?", "In the end it rained."],
    ],
  },
  {
    id: "stars",
    about: "the stars",
    evening: true,
    draws: [
      each("shape", "a big boat|a cat with a long tail|a spoon|a bird with wide wings|a wheel"),
      each(
        "wish",
        "to be brave|to see the sea|to stay friends for ever|to be as wise as Ada|to find something new every day",
      ),
    ],
    beats: [
      [
        "{hero} could not sleep. {he} went outside and looked at the sky.",
        "The night was clear. {hero} sat outside on the grass.",
      ],
      ["There {he} met {friend}, who could not sleep too.", "{friend} saw {him} and sat down too."],
      [
        '"Look," said {friend}. "Those stars look like {shape}."',
        '"How many are there?" asked {hero}. "More than we can count," said {friend}. Some looked like {shape}.',
      ],
      {
        maybe: [
          "{pet} the {pet.kind} lay down between them.",
          "It was so quiet that they could hear the river.",
          "An owl called from the forest.",
        ],
      },
      [
        'Then a star fell down the sky. "Make a wish!" said {friend}.',
        "Suddenly one star fell. {hero} closed {his} eyes and made a wish.",
      ],
      ["{hero} had one wish: {wish}.", '"I wish {wish}," said {hero}.'],
      ["They sat there until their eyes were heavy.", "Then {hero} went to bed and slept at once."],
    ],
    mood: ["calm", "happy", "full of wonder"],
    lesson: [
      "The night is beautiful when you look up.",
      "It is good to be quiet together.",
      "A wish is a little light.",
    ],
    asks: [
      ["What did the stars look like?", "They looked like {shape}."],
      ["What was the wish?", "The wish was {wish}."],
      ["Who sat with {hero}?", "{friend} sat with {hero}."],
    ],
  },
];
