// Plots about games, songs, work that goes wrong, and small surprises.

import { each, type Plot, warmSeasons } from "./plot.ts";

export const playingPlots: readonly Plot[] = [
  {
    id: "hide-and-seek",
    about: "hide and seek",
    hero: "child",
    friend: "child",
    draws: [
      [{ at: "in the barn", to: "to the barn" }],
      each("spot", "in an empty barrel|in the hay|behind the flour bags|under a cart|in a big basket"),
      each("count", "ten|twelve|twenty"),
    ],
    beats: [
      [
        "{hero} and {friend} played hide and seek {at}.",
        '"Let us play hide and seek," said {friend}. {hero} liked that.',
      ],
      [
        "{friend} closed {fhis} eyes and counted to {count}.",
        "{friend} stood with {fhis} face to a tree and counted to {count}.",
      ],
      ["{hero} hid {spot} and kept very still.", "{hero} ran and ran. Then {he} hid {spot}."],
      {
        maybe: [
          "It was warm and dark there. {hero} closed {his} eyes.",
          "{hero} had to hold {his} nose so that {he} did not laugh.",
        ],
      },
      [
        "{friend} looked and looked, but {fhe} could not find {him}.",
        '{friend} looked everywhere. "Where are you?" {fhe} called. "You win!"',
      ],
      ["But {hero} did not come out. {he} was asleep!", "No answer came, for {hero} had fallen asleep."],
      [
        "Then {pet} the {pet.kind} found {him} {spot}.",
        "In the end {pet} the {pet.kind} ran to the place and would not leave. There was {hero}!",
      ],
      [
        '"You hide too well," said {friend}, and they both laughed.',
        '{hero} opened {his} eyes. "Did I win?" {he} asked.',
      ],
    ],
    mood: ["happy", "proud"],
    lesson: [
      "Do not hide so well that nobody can find you.",
      "A friend does not stop looking.",
      "A good game ends with a laugh.",
    ],
    asks: [
      ["Where did {hero} hide?", "{hero} hid {spot}."],
      ["Who found {hero}?", "{pet} the {pet.kind} found {hero}."],
      ["What did they play?", "They played hide and seek."],
    ],
  },
  {
    id: "letter",
    about: "a letter",
    draws: [
      [
        { news: "an old friend would come to visit", after: "{hero} cleaned the whole house and made {hero.food}" },
        { news: "there was a new baby in the family", after: "{hero} sang all the way home" },
        { news: "the bridge in the next village was built again", after: "{hero} told it to everybody on the square" },
        { news: "somebody far away thought of {him}", after: "{hero} sat down and wrote a letter too" },
      ],
      each(
        "harm",
        "The rain had made it wet|The goat had eaten a corner of it|The writing was very small|There was mud on it",
      ),
    ],
    beats: [
      ["A letter came for {hero}.", "{hero} got a letter. That did not happen often."],
      ["But {he} could not read it. {harm}.", "{he} opened it at once. {harm}, and {he} could not read it."],
      ["{he} held it up to the light. It did not help.", "{he} turned it around and around."],
      [
        "So {he} took it to {friend}, who had good eyes.",
        '{friend} saw {him} with the letter. "Let me look," said {friend}.',
      ],
      {
        maybe: [
          "They sat down at the table and put it next to the lamp.",
          "First they had to dry it in the sun.",
          "{friend} read slowly, word by word.",
        ],
      },
      ["The letter said that {news}.", "{friend} began to smile. The letter said that {news}."],
      ["{after}.", "{hero} was so glad about it. {after}."],
    ],
    mood: ["happy", "full of joy"],
    lesson: ["Good news is worth a walk.", "What one cannot read, two can.", "A letter is a visit on paper."],
    asks: [
      ["What came for {hero}?", "A letter came for {hero}."],
      ["Who read the letter?", "{friend} read the letter."],
      ["What did the letter say?", "The letter said that {news}."],
    ],
  },
  {
    id: "overslept",
    about: "a long sleep",
    hero: "adult",
    draws: [
      each("late", "stars|moon|owls"),
      each("hour", "when the sun was high|when the bell rang for the second time|at noon"),
    ],
    beats: [
      [
        "{hero} had watched the {late} all night. In the morning {he} did not wake up.",
        "{hero} was so tired that {he} slept and slept.",
      ],
      ["The village waited, for {hero} had work to do.", '"Where is {hero}?" asked the people on the square.'],
      ["{friend} knocked at the door. Nobody came.", "{friend} went to {hero.home} and looked through the window."],
      [
        "{fhe} saw that {hero} was asleep with a smile on {his} face.",
        "There lay {hero}, deep asleep, with {pet} next to {him}.",
      ],
      [
        '"{he} works so hard," said {friend}. "Let us do it today."',
        '"Sh," said {friend} to the others. "We will do the work."',
      ],
      {
        maybe: [
          "It was not easy, and they made a few mistakes.",
          "{pet} the {pet.kind} looked at them with big eyes.",
          "They worked on quiet feet.",
        ],
      },
      [
        '{hero} woke up {hour}. "Oh no!" {he} cried. But everything was done.',
        "{hero} ran out {hour}. All the work was done!",
      ],
    ],
    mood: ["thankful", "surprised and glad"],
    lesson: ["Who helps others will find help.", "Everybody needs some rest.", "Sleep when it is night."],
    asks: [
      ["Why was {hero} tired?", "{hero} had not slept enough."],
      ["Who did the work?", "{friend} and the others did the work."],
      ["When did {hero} wake up?", "{hero} woke up {hour}."],
    ],
  },
  {
    id: "angry-goose",
    about: "an angry goose",
    draws: [
      each("where", "at the gate|on the bridge|in front of the bakery|on the path to the well"),
      each("gift", "some bread|an apple|some wheat|a bit of cake"),
    ],
    beats: [
      ["A big goose stood {where}. It let nobody by.", "{hero} wanted to go on, but there was a goose {where}."],
      ["It hissed and made its neck long.", '"Hiss!" said the goose, and it ran at {hero}.'],
      [
        '{hero} jumped back. "What does it want?" {he} asked.',
        "{hero} waved {his} arms, but the goose only hissed more.",
      ],
      [
        "{friend} came and [sat down|stood still]. {fhe} looked at the goose for a long time.",
        '"Do not shout," said {friend}. "Something is wrong with it."',
      ],
      ["Then they saw it: there was a thorn in its foot.", "{friend} pointed at its foot. There was a thorn in it."],
      [
        "{hero} gave the goose {gift}, and {friend} pulled the thorn out.",
        "{friend} held the goose, {hero} pulled out the thorn, and then they gave it {gift}.",
      ],
      [
        "After that the goose was not angry. It walked behind {hero} all day.",
        "The goose shook its wings and let everybody by.",
      ],
    ],
    mood: ["kind", "proud", "glad"],
    lesson: [
      "Who is angry may be hurt.",
      "Look first, and shout later or never.",
      "A kind hand makes an angry heart soft.",
    ],
    asks: [
      ["Where was the goose?", "The goose was {where}."],
      ["Why was the goose angry?", "There was a thorn in its foot."],
      ["What did they give the goose?", "They gave it {gift}."],
    ],
  },
  {
    id: "new-song",
    about: "a new song",
    draws: [
      each(
        "from",
        "a bird in the willow|the wheel of the mill|the rain on the roof|the wind in the trees|the water under the bridge",
      ),
    ],
    beats: [
      ["{hero} wanted to make a song for {friend}.", '"I need a new song," said {hero}, "but I have no idea."'],
      ["{he} sat and thought. No song came.", "{he} tried this and that, but it did not sound good."],
      ["So {he} went for a walk {to}.", "{he} put on {his} shoes and walked {to}."],
      ["There {he} heard {from}. It made a little tune.", "On the way {he} stood still, for {he} heard {from}."],
      [
        '"That is it!" said {hero}. {he} sang it again and again, so that {he} would not forget it.',
        "{hero} listened well and hummed it softly.",
      ],
      {
        maybe: [
          "{pet} the {pet.kind} was the first to hear it.",
          "At home {he} found the words for it.",
          "It was a short song, but it was sweet.",
        ],
      },
      ["In the evening {he} sang it for {friend}.", "{he} ran to {friend} and sang it."],
      [
        '"It sounds like home," said {friend}.',
        "{friend} knew it by heart the next day, and soon the whole village sang it.",
      ],
    ],
    mood: ["happy", "proud"],
    lesson: [
      "Songs are everywhere if you listen.",
      "When you have no idea, take a walk.",
      "A good song begins with good ears.",
    ],
    asks: [
      ["What did {hero} want to make?", "{hero} wanted to make a song."],
      ["What did {hero} hear?", "{hero} heard {from}."],
      ["Who was the song for?", "The song was for {friend}."],
    ],
  },
  {
    id: "painted-fence",
    about: "a fence full of colours",
    seasons: warmSeasons,
    draws: [
      [
        { first: "white", second: "blue" },
        { first: "green", second: "yellow" },
        { first: "brown", second: "red" },
        { first: "gray", second: "orange" },
      ],
    ],
    beats: [
      [
        "The fence was old and dull. {hero} wanted to paint it {first}.",
        '"We need a nice fence," said {hero}. {he} took {first} paint.',
      ],
      ["{friend} came to help with a second brush.", "{friend} had time that day, so they painted together."],
      [
        "They worked well, until {pet} the {pet.kind} ran by and knocked over a pot of {second} paint.",
        "But then {pet} the {pet.kind} came and fell into a pot of {second} paint.",
      ],
      [
        "Now there were {second} marks all over the {first} fence.",
        "{pet} ran along the fence. It was {first} with a lot of {second} marks.",
      ],
      ['"Oh no," said {hero}. "All our work!"', "{hero} did not know if {he} should laugh or cry."],
      [
        '{friend} looked at it. "Wait," {fhe} said. "They look like flowers."',
        '"I like it," said {friend}. "Let us make even more."',
      ],
      [
        "So they painted {second} flowers on the whole fence.",
        "They took the {second} paint and made flowers out of all the marks.",
      ],
      {
        maybe: [
          "{pet} had to be washed two times.",
          "People came from far away to see it.",
          "It was the most beautiful fence in the village.",
        ],
      },
    ],
    mood: ["happy", "proud"],
    lesson: [
      "A mistake can be the start of something new.",
      "Look at it again before you get angry.",
      "Sometimes bad luck is good luck.",
    ],
    asks: [
      ["What did {hero} want to paint?", "{hero} wanted to paint the fence."],
      ["Who knocked over the paint?", "It was {pet} the {pet.kind}."],
      ["What did they paint on the fence?", "They painted {second} flowers on it."],
    ],
  },
  {
    id: "stepping-stones",
    about: "a way over the stream",
    skies: ["rain", "sun", "wind"],
    draws: [
      each(
        "why",
        "the path to the orchard was under water|a tree had fallen on the little bridge|the old boards were broken",
      ),
      each("count", "five|six|seven|eight|nine"),
    ],
    beats: [
      ["{hero} could not cross the stream: {why}.", "There was a problem at the stream: {why}."],
      [
        '"I could jump," thought {hero}. {he} jumped and fell into the water.',
        "{he} tried to walk through the water, but it was too deep.",
      ],
      {
        maybe: [
          "{hero} sat on the grass, wet and cold.",
          "{pet} the {pet.kind} waited on the other side.",
          '"That was not a good idea," said {hero}.',
        ],
      },
      ["{friend} came along and saw {his} wet shoes.", "Then {hero} saw {friend} on the other side."],
      [
        '"We can make a way with stones," said {friend}.',
        '{friend} put a big stone into the water. "One," {fhe} said.',
      ],
      [
        "They carried stones until their arms were tired. {count} stones lay in the water.",
        "One after the other, they laid {count} stones in a row.",
      ],
      ["Then {hero} walked over, step by step, with dry feet.", "Now everybody could cross with dry feet."],
    ],
    mood: ["proud", "glad"],
    lesson: [
      "A long way is made of small steps.",
      "Think first, then jump.",
      "Stone by stone you reach the other side.",
    ],
    asks: [
      ["Why could {hero} not cross?", "{hero} could not cross because {why}."],
      ["How many stones did they use?", "They used {count} stones."],
      ["Whose idea was it?", "It was the idea of {friend}."],
    ],
  },
  {
    id: "funny-socks",
    seasons: ["autumn", "winter"],
    about: "a pair of socks",
    skies: ["snow", "wind", "rain"],
    draws: [
      each("shade", "red|green|blue|yellow|white"),
      each("odd", "one was much longer than the other|one had a hole for the thumb|they were as big as bags"),
    ],
    beats: [
      ["{friend} had cold feet, and {hero} saw it.", '"My feet are cold," said {friend}.'],
      [
        "{hero} took {shade} wool and wanted to make a pair of socks.",
        "{hero} had never made socks. But {he} took {shade} wool and began.",
      ],
      ["It was hard. In the end, {odd}.", "{he} worked for three evenings. But {odd}."],
      {
        maybe: [
          "{pet} the {pet.kind} played with the rest of the wool.",
          '"They look funny," said {hero}, and {he} wanted to hide them.',
          "{he} thought of starting again, but there was no wool left.",
        ],
      },
      ["{hero} gave them to {friend} with a red face.", "Still, {hero} put them in a box and took them to {friend}."],
      [
        '{friend} put them on and danced around the room. "They are warm!" {fhe} said.',
        '"They are the warmest socks in the village," said {friend}.',
      ],
      ["{friend} wore them all winter long, and nobody laughed.", "And they both laughed about the funny socks."],
    ],
    mood: ["happy", "warm inside"],
    lesson: [
      "A gift does not have to be perfect.",
      "Warm is more than beautiful.",
      "Who makes something with love makes it well.",
    ],
    asks: [
      ["What did {hero} make?", "{hero} made a pair of socks."],
      ["What colour was the wool?", "The wool was {shade}."],
      ["Who got the socks?", "{friend} got the socks."],
    ],
  },
];
